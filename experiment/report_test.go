package experiment_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// testdata/report.txtar holds the text and the page of one experiment.
func TestReport(t *testing.T) {
	w := newWorld(t, parse(t, tone))
	w.users(1500, []float64{0.7, 0.8}, []float64{0.01, 0.02})
	w.outcome("stranger", "csat", 1)
	r := w.report()
	var text, page bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "report.txtar")
	if *update {
		a := &txtar.Archive{Files: []txtar.File{{Name: "text", Data: text.Bytes()}, {Name: "page.html", Data: page.Bytes()}}}
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want.Files[0].Data), text.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(string(want.Files[1].Data), page.String()); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	for _, outside := range []string{"<script", "http://", "https://", "@import", "url("} {
		if strings.Contains(page.String(), outside) {
			t.Errorf("the page refers to the outside: %s", outside)
		}
	}
	// The drawings are well formed.
	for i, part := range strings.Split(page.String(), "<svg")[1:] {
		d := xml.NewDecoder(strings.NewReader("<svg" + part[:strings.Index(part, "</svg>")] + "</svg>"))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("drawing %d: %v", i, err)
			}
		}
	}
}

// What an experiment is called is text, never a page's markup.
func TestReportEscapes(t *testing.T) {
	w := newWorld(t, parse(t, strings.Replace(tone, "key: tone", "key: tone\ndescription: '<script>alert(1)</script>'", 1)))
	var page bytes.Buffer
	if err := w.report().WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<script") {
		t.Error("markup went through")
	}
}
