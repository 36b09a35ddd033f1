package experiment

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string     `xml:"name,attr"`
	Class   string     `xml:"classname,attr"`
	Time    string     `xml:"time,attr"`
	Failure *junitText `xml:"failure"`
	Error   *junitText `xml:"error"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the evaluation as JUnit XML, which build servers show: one
// suite a subject, one test a case and repeat.
func (e *Evaluation) WriteJUnit(w io.Writer) error {
	out := junitSuites{}
	for _, s := range e.Subjects {
		suite := junitSuite{Name: s.Name}
		var spent time.Duration
		for _, item := range e.Items {
			if item.Subject != s.Name {
				continue
			}
			suite.Tests++
			spent += item.Answer.Duration
			c := item.junit(e.Dataset, e.Repeats)
			if c.Error != nil {
				suite.Errors++
			} else if c.Failure != nil {
				suite.Failures++
			}
			suite.Cases = append(suite.Cases, c)
		}
		suite.Time = seconds(spent)
		out.Suites = append(out.Suites, suite)
	}
	body, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, body)
	return err
}

func (i Item) junit(dataset string, repeats int) junitCase {
	c := junitCase{Name: i.Case, Class: dataset + "." + i.Subject, Time: seconds(i.Answer.Duration)}
	if repeats > 1 {
		c.Name = fmt.Sprintf("%s #%d", i.Case, i.Repeat+1)
	}
	if i.Error != "" {
		c.Error = &junitText{Message: i.Error}
		return c
	}
	var why []string
	for _, name := range slices.Sorted(maps.Keys(i.Scores)) {
		if s := i.Scores[name]; !s.Pass {
			why = append(why, fmt.Sprintf("%s: %.4g: %s", name, s.Value, s.Why))
		}
	}
	if len(why) > 0 {
		c.Failure = &junitText{Message: why[0], Text: strings.Join(why, "\n")}
	}
	return c
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
