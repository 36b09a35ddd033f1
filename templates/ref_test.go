package templates_test

import (
	"strings"
	"testing"

	"github.com/causeway-go/causeway/templates"
)

func TestParseRef(t *testing.T) {
	sum := strings.Repeat("0a", 32)
	for s, want := range map[string]templates.Ref{
		"support/triage":               {Name: "support/triage"},
		"support/triage@production":    {Name: "support/triage", Alias: "production"},
		"support/triage@3":             {Name: "support/triage", Version: 3},
		"support/triage@sha256:" + sum: {Name: "support/triage", SHA256: sum},
		"a@v2":                         {Name: "a", Alias: "v2"},
		"a_b-c/0@2nd":                  {Name: "a_b-c/0", Alias: "2nd"},
	} {
		got, err := templates.ParseRef(s)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", s, got, err, want)
		}
		if got.String() != s {
			t.Errorf("%s prints as %s", s, got)
		}
	}
	for _, s := range []string{
		"", "@production", "a@", "a@0", "a@-1", "a@1000000", "a@sha256:", "a@sha256:xyz", "a@sha256:0A0A0A0A", "a@sha256:" + sum + "0",
		"A", "a b", "a//b", "/a", "a/", "../a", "a/../b", "a@b@c", "a@Prod", "a@.", "a/versions", "log/a", "-a", "é", strings.Repeat("a", 201),
		"a@" + strings.Repeat("b", 65), "a@99999999999999999999",
	} {
		if r, err := templates.ParseRef(s); err == nil {
			t.Errorf("%q is %+v, want an error", s, r)
		}
	}
}
