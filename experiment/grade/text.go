package grade

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/causeway-go/causeway/experiment"
)

// fromText makes a grader that needs no context.
func fromText(name string, grade func(c experiment.Case, a experiment.Answer) (experiment.Score, error)) experiment.Grader {
	return experiment.GraderFunc(name, func(_ context.Context, c experiment.Case, a experiment.Answer) (experiment.Score, error) {
		return grade(c, a)
	})
}

// Exact passes an answer that is the reference: the same text, spaces at its
// ends aside, or, when the reference is data, the same data.
func Exact() experiment.Grader {
	return fromText("exact", func(c experiment.Case, a experiment.Answer) (experiment.Score, error) {
		if want, isText := c.Reference.(string); isText {
			return experiment.PassFail(strings.TrimSpace(a.Text) == strings.TrimSpace(want), differs(a.Text, want)), nil
		}
		got, err := dataOf(a)
		if err != nil {
			return experiment.PassFail(false, err.Error()), nil
		}
		return experiment.PassFail(sameData(got, c.Reference), differs(a.Text, fmt.Sprint(c.Reference))), nil
	})
}

// Contains passes an answer that holds every one of words, whatever the case of
// its letters. Without words it looks for the reference, a text or a list of
// texts.
func Contains(words ...string) experiment.Grader {
	return fromText(strings.Join(append([]string{"contains"}, words...), ":"), func(c experiment.Case, a experiment.Answer) (experiment.Score, error) {
		wanted := words
		if len(wanted) == 0 {
			var err error
			if wanted, err = texts(c.Reference); err != nil {
				return experiment.Score{}, err
			}
		}
		answer, found := strings.ToLower(a.Text), 0
		missing := ""
		for _, w := range wanted {
			if strings.Contains(answer, strings.ToLower(w)) {
				found++
			} else {
				missing = w
			}
		}
		s := experiment.PassFail(found == len(wanted), "lacks "+strconv.Quote(missing))
		s.Value = float64(found) / float64(max(1, len(wanted)))
		return s, nil
	})
}

// Regexp passes an answer in which pattern (RE2) is found.
func Regexp(pattern string) (experiment.Grader, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("grade: %w", err)
	}
	return fromText("regex:"+pattern, func(_ experiment.Case, a experiment.Answer) (experiment.Score, error) {
		return experiment.PassFail(re.MatchString(a.Text), "does not match "+pattern), nil
	}), nil
}

var anyNumber = regexp.MustCompile(`[-+]?(\d[\d_,]*)?\.?\d+([eE][-+]?\d+)?`)

// Numeric passes an answer whose last number is within tolerance of the
// reference. With relative, tolerance is a share of it.
func Numeric(tolerance float64, relative bool) experiment.Grader {
	name := fmt.Sprintf("numeric:%v", tolerance)
	if relative {
		name += ":relative"
	}
	return fromText(name, func(c experiment.Case, a experiment.Answer) (experiment.Score, error) {
		want, err := numberOf(fmt.Sprint(c.Reference))
		if err != nil {
			return experiment.Score{}, fmt.Errorf("the reference %w", err)
		}
		got, err := numberOf(a.Text)
		if err != nil {
			return experiment.PassFail(false, "the answer "+err.Error()), nil
		}
		far := tolerance
		if relative {
			far *= math.Abs(want)
		}
		return experiment.PassFail(math.Abs(got-want) <= far, fmt.Sprintf("%v is not within %v of %v", got, far, want)), nil
	})
}

// numberOf returns the last number of a text: models end with their result.
func numberOf(text string) (float64, error) {
	all := anyNumber.FindAllString(text, -1)
	if len(all) == 0 {
		return 0, fmt.Errorf("holds no number")
	}
	return strconv.ParseFloat(strings.NewReplacer(",", "", "_", "").Replace(all[len(all)-1]), 64)
}

func texts(reference any) ([]string, error) {
	switch v := reference.(type) {
	case string:
		return []string{v}, nil
	case []any:
		out := make([]string, len(v))
		for i, item := range v {
			text, isText := item.(string)
			if !isText {
				return nil, fmt.Errorf("the reference is a list of more than texts")
			}
			out[i] = text
		}
		return out, nil
	}
	return nil, fmt.Errorf("the reference is %T; contains wants a text or a list of texts", reference)
}

func differs(got, want string) string {
	return fmt.Sprintf("got %s, want %s", short(got), short(want))
}

// short keeps a reason readable.
func short(s string) string {
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return strconv.Quote(s)
}
