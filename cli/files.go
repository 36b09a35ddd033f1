package cli

import (
	"bufio"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/causeway-go/causeway/templates"
)

// kind is what a YAML file of ours is, by its schema line.
type kind string

const (
	kindChain   kind = "causeway.chain/v1"
	kindPrompt  kind = "causeway.prompt/v1"
	kindProject kind = "causeway.project/v1"
	kindScript  kind = "causeway.script/v1"
	kindTrial   kind = "causeway.experiment/v1"
)

// kinds are all of them, in the order people are told.
var kinds = []kind{kindChain, kindPrompt, kindProject, kindScript, kindTrial}

// noun is the word for k in messages.
func (k kind) noun() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(string(k), "causeway."), "/")
	return name
}

var schemaLine = regexp.MustCompile(`^["']?schema["']?\s*:\s*["']?(causeway\.[a-z]+/v\d+)["']?\s*(#.*)?$`)

// kindOf looks for the schema line near the top of a file, "" without one.
func kindOf(file string) (kind, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", usageError{plainPathError(err)}
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 0; n < 200 && lines.Scan(); n++ {
		if m := schemaLine.FindStringSubmatch(strings.TrimRight(lines.Text(), " \r")); m != nil {
			return kind(m[1]), nil
		}
	}
	return "", nil // a file without lines fit to read has no schema line either
}

// source is a YAML file of ours.
type source struct {
	path string
	kind kind
}

// sources lists the files that args name: files as they are, and of folders
// the YAML files that have a schema line of ours.
func sources(args []string) ([]source, error) {
	var found []source
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, usageError{plainPathError(err)}
		}
		if info.IsDir() {
			below, err := sourcesBelow(arg)
			if err != nil {
				return nil, err
			}
			found = append(found, below...)
			continue
		}
		k, err := kindOf(arg)
		if err != nil {
			return nil, err
		}
		found = append(found, source{arg, k})
	}
	return found, nil
}

func sourcesBelow(dir string) ([]source, error) {
	var found []source
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !isYAML(d.Name()) || templates.ParseVersionKey(path) > 0:
			return nil // what a store has published is not a source any more
		}
		k, err := kindOf(path)
		if err == nil && k != "" {
			found = append(found, source{path, k})
		}
		return err
	})
	return found, err
}

func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}
