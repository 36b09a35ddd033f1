package jobs_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/serve/jobs"
)

func listed(t testing.TB) *jobs.Callbacks {
	t.Helper()
	c, err := jobs.NewCallbacks([]string{secret}, []string{
		"hooks.example.com", "Odd.example.com:8443", "*.tenants.example.com", "localhost:9000", "127.0.0.1", "[::1]:9000", "10.0.0.5", "xn--bcher-kva.example",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheck(t *testing.T) {
	c := listed(t)
	for _, good := range []string{
		"https://hooks.example.com", "https://hooks.example.com/a/b?c=d%20e", "https://HOOKS.example.com:443/", "HTTPS://hooks.example.com/",
		"https://odd.example.com:8443/x", "https://a.tenants.example.com/", "https://a.b.tenants.example.com/",
		"http://localhost:9000/", "https://localhost:9000/", "http://127.0.0.1/", "http://[::1]:9000/", "https://10.0.0.5/", "https://xn--bcher-kva.example/",
	} {
		if err := c.Check(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	const (
		list  = "not on this server's list"
		form  = "no URL such as"
		plain = "must begin with https://"
	)
	for bad, want := range map[string]string{
		"":                                                         form,
		"hooks.example.com/x":                                      form,
		"//hooks.example.com/x":                                    plain,
		"https:hooks.example.com":                                  form,
		"https:///x":                                               form,
		"https://hooks.example.com\n/":                             form,
		"https://[::1/":                                            form,
		"http://hooks.example.com/":                                plain,
		"ftp://hooks.example.com/":                                 plain,
		"file:///etc/passwd":                                       form,
		"http://10.0.0.5/":                                         plain,
		"https://hooks.example.com:8443/":                          list,
		"https://odd.example.com/":                                 list,
		"https://tenants.example.com/":                             list,
		"https://eviltenants.example.com/":                         list,
		"https://hooks.example.com.evil.com/":                      list,
		"https://hooks.example.com./":                              list,
		"https://evil.com/?hooks.example.com":                      list,
		"https://evil.com\\@hooks.example.com/":                    form,
		"https://hooks.example.com@evil.com/":                      "user name",
		"https://u:hush@hooks.example.com/":                        "user name",
		"https://hooks.example.com/#x":                             "fragment",
		"https://hooks.example.com/x#":                             "fragment",
		"https://bücher.example/":                                  "xn--",
		"https://hooks。example。com/":                               "xn--",
		"https://169.254.169.254/latest/meta-data":                 list,
		"https://[::ffff:10.0.0.5]/":                               list,
		"https://2130706433/":                                      list,
		"https://localhost/":                                       list,
		"http://localhost/":                                        list,
		"https://hooks.example.com/" + strings.Repeat("hush", 600): "longer than 2048",
	} {
		err := c.Check(bad)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %q", bad, err, want)
		}
		unsaid(t, err)
	}
}

// Whatever passes is a URL of a listed host, and nothing panics.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		"https://hooks.example.com/x?y", "http://localhost:9000", "https://a.tenants.example.com", "https://u@hooks.example.com", "https://evil.com#@hooks.example.com",
		"https://[::1]:9000/", "https://hooks.example.com:0443", "https://hooks.example.com:", "https://%68ooks.example.com/", "\\\\hooks.example.com",
	} {
		f.Add(seed)
	}
	c := listed(f)
	f.Fuzz(func(t *testing.T, raw string) {
		if c.Check(raw) != nil {
			return
		}
		u, err := url.Parse(raw)
		if err != nil || u.User != nil || u.Fragment != "" || len(raw) > 2048 {
			t.Fatalf("%q passes", raw)
		}
		switch host := strings.TrimSuffix(strings.ToLower(u.Host), ":"); {
		case u.Scheme == "http" && (host == "localhost:9000" || host == "127.0.0.1" || host == "127.0.0.1:80" || host == "[::1]:9000"):
		case u.Scheme != "https":
			t.Fatalf("%q passes", raw)
		case strings.HasSuffix(strings.TrimSuffix(host, ":443"), ".tenants.example.com"):
		default:
			switch strings.TrimSuffix(host, ":443") {
			case "hooks.example.com", "odd.example.com:8443", "localhost:9000", "127.0.0.1", "[::1]:9000", "10.0.0.5", "xn--bcher-kva.example":
			default:
				t.Fatalf("%q passes", raw)
			}
		}
	})
}
