package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var (
	full = flag.Bool("report", false, "play all policies, also over HTTP, and write the docs' tables and chart")
	docs = flag.String("docs", "../docs", "where throttling.md is")
)

// main is one test, because only a test may have virtual time.
func main() {
	always := func(_, _ string) (bool, error) { return true, nil }
	testing.Main(always, []testing.InternalTest{{Name: "throttle", F: func(t *testing.T) {
		if err := play(t, *full, *docs); err != nil {
			t.Error(err)
		}
	}}}, nil, nil)
}

func play(t *testing.T, full bool, docs string) error {
	alone, err := aloneTable(t)
	if err != nil || !full {
		return err
	}
	rows, err := compare(t, 180*time.Second)
	if err != nil {
		return err
	}
	overHTTP, err := httpTable(t.Context(), 45*time.Second)
	if err != nil {
		return err
	}
	if err := os.WriteFile(docs+"/throttling.svg", []byte(chart(rows)), 0o644); err != nil {
		return err
	}
	return insert(docs+"/throttling.md", strings.Join([]string{
		"### Side by side", compareTable(rows), "### Over HTTP, in real time", overHTTP, "### The gate alone", alone,
	}, "\n\n"))
}

// The tables stand between these lines of the page.
const (
	begin = "<!-- figures: written by go -C bench run ./throttle -report -->"
	end   = "<!-- end of figures -->"
)

// insert puts text between the marks in a file.
func insert(file, text string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s: the lines %q and %q are missing", file, begin, end)
	}
	return os.WriteFile(file, []byte(before+begin+"\n\n"+text+"\n\n"+end+after), 0o644)
}
