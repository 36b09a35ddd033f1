package tools_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/causeway-go/causeway/tools"
)

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where it is midnight UTC, 1 January 2000
		c := tools.Clock()
		for in, want := range map[string]string{
			`{}`:                          `{"time":"2000-01-01T00:00:00Z","weekday":"Saturday","zone":"UTC","unix":946684800}`,
			`{"zone":"America/New_York"}`: `{"time":"1999-12-31T19:00:00-05:00","weekday":"Friday","zone":"America/New_York","unix":946684800}`,
		} {
			if got, err := c.Call(t.Context(), in); err != nil || got != want {
				t.Errorf("%s = %s, %v; want %s", in, got, err, want)
			}
		}
		for _, zone := range []string{"Local", "Atlantis", "../../etc/passwd"} {
			if got, err := c.Call(t.Context(), zone); err == nil || !strings.Contains(err.Error(), "there is no time zone") {
				t.Errorf("zone %s = %s, %v", zone, got, err)
			}
		}
	})
}
