package grade

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/experiment"
)

// ParseOptions give Parse what a text cannot hold.
type ParseOptions struct {
	Judge    llms.Model // for judge:RUBRIC
	Embedder Embedder   // for similar:THRESHOLD
}

// forms says what Parse takes.
const forms = "exact, contains, contains:WORD, regex:PATTERN, json-schema:SCHEMA, json-path:$.PATH, numeric:0.01, numeric:5%, similar:0.8, trajectory:same|any|within|superset, latency:2s, cost:0.01, judge:RUBRIC"

// Parse makes a grader of a text such as "exact", "numeric:0.01" or "judge:The
// answer is polite". The error says what forms there are.
func Parse(spec string, o *ParseOptions) (experiment.Grader, error) {
	if o == nil {
		o = &ParseOptions{}
	}
	g, err := parse(spec, o)
	if err != nil {
		return nil, fmt.Errorf("grader %q: %w", spec, err)
	}
	return g, nil
}

func parse(spec string, o *ParseOptions) (experiment.Grader, error) {
	word, setting := name(spec)
	switch word {
	case "exact":
		return Exact(), nil
	case "contains":
		if setting == "" {
			return Contains(), nil
		}
		return Contains(setting), nil
	case "regex":
		return Regexp(setting)
	case "json-schema":
		return JSONSchema(json.RawMessage(setting))
	case "json-path":
		return JSONPath(setting)
	case "trajectory":
		switch order := Order(setting); order {
		case Same, AnyOrder, Within, Superset:
			return Trajectory(order), nil
		}
		return nil, fmt.Errorf("the order is same, any, within or superset")
	case "latency":
		limit, err := time.ParseDuration(setting)
		return Latency(limit), err
	case "judge":
		return Judge(o.Judge, setting, nil)
	case "numeric", "similar", "cost":
		return parseNumber(word, setting, o)
	}
	return nil, fmt.Errorf("there is none of this form; there are %s", forms)
}

func parseNumber(word, setting string, o *ParseOptions) (experiment.Grader, error) {
	digits, percent := strings.CutSuffix(setting, "%")
	v, err := strconv.ParseFloat(digits, 64)
	switch {
	case err != nil || v < 0 || percent && word != "numeric":
		return nil, fmt.Errorf("%s needs a number", word)
	case word == "cost":
		return Cost(v), nil
	case word == "similar" && o.Embedder == nil:
		return nil, fmt.Errorf("there is no embedder")
	case word == "similar":
		return Similar(o.Embedder, v), nil
	case percent:
		return Numeric(v/100, true), nil
	}
	return Numeric(v, false), nil
}
