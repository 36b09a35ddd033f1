package templates_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/causeway-go/causeway/templates"
)

const small = `schema: causeway.prompt/v1
name: team/prompt
model: {maxTokens: 512, temperature: 0}
input: {required: [ticket], properties: {ticket: {type: string, maxLength: 20000}, language: {type: string, default: en}}}
system: "You triage support tickets. Answer in {{language}}."
messages:
  - history: {}
  - user: "<ticket>{{ticket}}</ticket>"
`

func library(tb testing.TB) (*templates.Library, templates.Ref) {
	tb.Helper()
	store := templates.NewInProcess()
	if _, err := store.Publish(tb.Context(), "team/prompt", []byte(small), nil); err != nil {
		tb.Fatal(err)
	}
	if _, err := store.SetAlias(tb.Context(), "team/prompt", "production", 1, nil); err != nil {
		tb.Fatal(err)
	}
	l, err := templates.NewLibrary(store, nil)
	if err != nil {
		tb.Fatal(err)
	}
	ref := templates.Ref{Name: "team/prompt", Alias: "production"}
	if _, err := l.Resolve(tb.Context(), ref); err != nil {
		tb.Fatal(err)
	}
	return l, ref
}

// TestResolve: a cached alias, by one caller and by 512 at once.
func TestResolve(t *testing.T) {
	l, ref := library(t)
	const calls = 2000
	one := func() time.Duration {
		begin := time.Now()
		for range calls {
			if _, err := l.Resolve(t.Context(), ref); err != nil {
				t.Fatal(err)
			}
		}
		return time.Since(begin) / calls
	}
	many := func() time.Duration {
		var wg sync.WaitGroup
		begin := time.Now()
		for range 512 {
			wg.Go(func() {
				for range calls / 20 {
					if _, err := l.Resolve(t.Context(), ref); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		return time.Since(begin) / (512 * calls / 20)
	}
	alone, crowd := one(), many()
	for range 40 {
		alone, crowd = min(alone, one()), min(crowd, many())
	}
	t.Logf("one caller %v, 512 callers %v for each call", alone, crowd)
	if alone > 100*time.Nanosecond || crowd > 200*time.Nanosecond {
		t.Errorf("want at most 100ns, and no convoy")
	}
}

// TestThousandPrompts: a folder of a thousand files.
func TestThousandPrompts(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range 1000 {
		name := fmt.Sprintf("team/prompt-%04d", i)
		fsys[name+".yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(small, "team/prompt", name, 1))}
	}
	least := time.Hour
	for range 15 {
		begin := time.Now()
		files, err := templates.ReadFolder(t.Context(), fsys, nil)
		if err != nil || len(files) != 1000 {
			t.Fatal(len(files), err)
		}
		least = min(least, time.Since(begin))
	}
	t.Logf("1,000 prompts in %v", least)
	if least > 100*time.Millisecond {
		t.Errorf("want at most 100ms")
	}
}

func BenchmarkResolve(b *testing.B) {
	l, ref := library(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Resolve(b.Context(), ref); err != nil {
			b.Fatal(err)
		}
	}
}
