package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/project"
	"github.com/google/jsonschema-go/jsonschema"
)

// maxInput bounds a file of inputs.
const maxInput = 32 << 20

// inputFlags are the flags that say what a chain is started with. Later ones
// win: the file, then --set-file, then --set.
type inputFlags struct {
	set, setFile []string
	input        string
}

// values reads what the flags give for the inputs of c.
func (f inputFlags) values(c *chain.Chain, stdin io.Reader) (chain.Values, error) {
	values := chain.Values{}
	schema := c.InputSchema()
	if f.input != "" {
		if err := readInput(f.input, stdin, values); err != nil {
			return nil, err
		}
	}
	for _, pair := range f.setFile {
		name, path, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usagef("--set-file %s: write name=path", pair)
		}
		body, err := readFile(path, nil)
		if err != nil {
			return nil, err
		}
		if values[name], err = typed(schema, name, string(body)); err != nil {
			return nil, err
		}
	}
	for _, pair := range f.set {
		name, text, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usagef("--set %s: write name=value", pair)
		}
		var err error
		if values[name], err = typed(schema, name, text); err != nil {
			return nil, err
		}
	}
	return values, complete(c, values)
}

// complete checks that values are those c takes, so that the answer can name
// the flags to add; the chain itself checks types.
func complete(c *chain.Chain, values chain.Values) error {
	var missing []string
	for _, name := range c.Inputs() {
		if _, ok := values[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	known := slices.Collect(maps.Keys(inputProperties(c.InputSchema())))
	for name := range values {
		if len(known) > 0 && !slices.Contains(known, name) {
			return usagef("%s is not an input of chain %s; %s", name, c.Name(), project.Suggest(name, known))
		}
	}
	var flags strings.Builder
	for _, name := range missing {
		fmt.Fprintf(&flags, " --set %s=…", name)
	}
	return usagef("chain %s needs %s: add%s", c.Name(), strings.Join(missing, ", "), flags.String())
}

func inputProperties(s *jsonschema.Schema) map[string]*jsonschema.Schema {
	if s == nil {
		return nil
	}
	return s.Properties
}

// typed turns the text of a flag into the type the chain declares for name:
// text stays text, everything else is read as JSON.
func typed(schema *jsonschema.Schema, name, text string) (any, error) {
	p := inputProperties(schema)[name]
	if p == nil {
		return text, nil
	}
	types := p.Types
	if p.Type != "" {
		types = []string{p.Type}
	}
	if len(types) == 0 || slices.Contains(types, "string") {
		return text, nil
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, usagef("%s is %s: %.40q is none", name, strings.Join(types, " or "), text)
	}
	return v, nil
}

// readInput reads a JSON object of inputs from a file, or from stdin for "-".
func readInput(path string, stdin io.Reader, into chain.Values) error {
	body, err := readFile(path, stdin)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, &into); err != nil {
		return usagef("--input %s is not a JSON object: %v", path, err)
	}
	return nil
}

// readFile reads a file given on the command line; "-" is stdin, where there
// is one.
func readFile(path string, stdin io.Reader) ([]byte, error) {
	from := stdin
	if path != "-" || stdin == nil {
		f, err := os.Open(path)
		if err != nil {
			return nil, usageError{plainPathError(err)}
		}
		defer f.Close()
		from = f
	}
	body, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if len(body) > maxInput {
		return nil, usagef("%s is larger than %d MiB", path, maxInput>>20)
	}
	return body, nil
}

// plainPathError says "x.yaml: no such file or directory", without the name of
// the system call.
func plainPathError(err error) string {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Path + ": " + e.Err.Error()
	}
	return err.Error()
}
