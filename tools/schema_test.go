package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/tools"
)

var update = flag.Bool("update", false, "write the golden files anew")

type Base struct {
	ID   string `json:"id" jsonschema:"of the thing"`
	Note string `json:"note,omitempty"`
}

type everyKind struct {
	Bool     bool               `json:"bool"`
	Int      int                `json:"int"`
	Int8     int8               `json:"int8"`
	Int16    int16              `json:"int16"`
	Int32    int32              `json:"int32"`
	Int64    int64              `json:"int64"`
	Uint     uint               `json:"uint"`
	Uint8    uint8              `json:"uint8"`
	Uint16   uint16             `json:"uint16"`
	Uint32   uint32             `json:"uint32"`
	Uint64   uint64             `json:"uint64"`
	Float32  float32            `json:"float32"`
	Float64  float64            `json:"float64"`
	String   string             `json:"string"`
	Bytes    []byte             `json:"bytes"`
	Slice    []string           `json:"slice"`
	Array    [2]int             `json:"array"`
	Map      map[string]int     `json:"map"`
	IntKeys  map[netip.Addr]int `json:"intKeys"`
	Struct   Base               `json:"struct"`
	Structs  []Base             `json:"structs"`
	Pointer  *int               `json:"pointer"`
	Any      any                `json:"any"`
	Time     time.Time          `json:"time"`
	Duration time.Duration      `json:"duration"`
	BigInt   big.Int            `json:"bigInt"`
	Number   json.Number        `json:"number"`
	Raw      json.RawMessage    `json:"raw"`
	Addr     netip.Addr         `json:"addr"`
	Quoted   int                `json:"quoted,string"`
	Hidden   string             `json:"-"`
	Named    struct{ X int }    `json:"named"`
	Untagged string
}

type embedding struct {
	Base
	*Deep `json:"deep"`
	Other
	Note int `json:"note"` // hides that of Base
}

type (
	Deep  struct{ Level int }
	Other struct{ Extra bool }
)

type tagged struct {
	Unit  string   `json:"unit" jsonschema:"of the answer" enum:"celsius, fahrenheit" default:"celsius"`
	Days  int      `json:"days,omitempty" minimum:"1" maximum:"14"`
	Code  string   `json:"code" pattern:"^[A-Z]+$" minLength:"2" maxLength:"4" format:"iso"`
	Tags  []string `json:"tags" enum:"a,b" minItems:"1" maxItems:"3" default:"[\"a\"]"`
	Must  string   `json:"must,omitempty" required:"true"`
	May   string   `json:"may" required:"false"`
	Level *string  `json:"level" enum:"low,high"`
	Rate  float64  `json:"rate" enum:"0.5,1" default:"0.5"`
	On    bool     `json:"on" default:"true"`
}

func schemaFor[In any](t *testing.T) []byte {
	t.Helper()
	tool, err := tools.New("x", "X.", func(context.Context, In) (string, error) { return "", nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, tool.Schema(), "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(pretty.Bytes(), '\n')
}

func TestSchemaGolden(t *testing.T) {
	for name, got := range map[string][]byte{
		"kinds":     schemaFor[everyKind](t),
		"embedding": schemaFor[embedding](t),
		"tags":      schemaFor[tagged](t),
		"nothing":   schemaFor[struct{}](t),
		"map":       schemaFor[map[string]float64](t),
		"pointer":   schemaFor[*Base](t),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", "schema", name+".json")
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-want +got (go test -update writes it anew):\n%s", diff)
			}
		})
	}
}

// TestEveryKindRoundTrips sends what encoding/json makes of a value through
// the schema and back: a schema that refused it, or a decoder that changed it,
// would show.
func TestEveryKindRoundTrips(t *testing.T) {
	in := everyKind{
		Bool: true, Int: -1 << 62, Int8: -128, Int16: -32768, Int32: -1 << 31, Int64: -1 << 63,
		Uint: 1 << 63, Uint8: 255, Uint16: 65535, Uint32: 1<<32 - 1, Uint64: 1<<64 - 1,
		Float32: 1.5, Float64: 1e-300, String: "ünï \" \\ \n", Bytes: []byte{0, 255},
		Slice: []string{"a"}, Array: [2]int{1, 2}, Map: map[string]int{"k\"": 1}, IntKeys: map[netip.Addr]int{netip.MustParseAddr("::1"): 2},
		Struct: Base{ID: "1"}, Structs: []Base{{ID: "2", Note: "n"}}, Pointer: new(7), Any: map[string]any{"n": json.Number("9007199254740993")},
		Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Duration: time.Minute, BigInt: *big.NewInt(1 << 60), Number: "1e400",
		Raw: json.RawMessage(`[1,2]`), Addr: netip.MustParseAddr("10.0.0.1"), Quoted: 12, Untagged: "u",
	}
	in.Named.X = 3
	raw, err := json.Marshal(&in)
	if err != nil {
		t.Fatal(err)
	}
	var got everyKind
	tool, err := tools.New("x", "X.", func(_ context.Context, in everyKind) (string, error) { got = in; return "", nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tool.Call(t.Context(), string(raw)); err != nil {
		t.Fatalf("%s\nis refused: %v", raw, err)
	}
	if !reflect.DeepEqual(got, in) {
		t.Errorf("got  %+v\nwant %+v", got, in)
	}
}

func TestNumbersAreExact(t *testing.T) {
	type numbers struct {
		N   int64 `json:"n"`
		Any any   `json:"any"`
	}
	tool, err := tools.New("x", "X.", func(_ context.Context, in numbers) (numbers, error) { return in, nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ in, want string }{
		{`{"n":9007199254740993,"any":{"x":[9007199254740993,1.10]}}`, `{"n":9007199254740993,"any":{"x":[9007199254740993,1.10]}}`},
		{`{"n":-0,"any":1e400}`, `{"n":0,"any":1e400}`},
		{`{"n":3.0,"any":null}`, `{"n":3,"any":null}`},
		{`{"n":12e2,"any":null}`, `{"n":1200,"any":null}`},
	} {
		got, err := tool.Call(t.Context(), tt.in)
		if err != nil || got != tt.want {
			t.Errorf("%s = %s, %v; want %s", tt.in, got, err, tt.want)
		}
	}
	for in, want := range map[string]string{
		`{"n":9223372036854775808,"any":1}`: "n: number 9223372036854775808 does not fit a Go int64",
		`{"n":1e30,"any":1}`:                "n: want a whole number",
		`{"n":0.1,"any":1}`:                 "n: want a whole number",
		`{"n":1,"any":1,"n":2}`:             "n: it is given twice",
	} {
		if got, err := tool.Call(t.Context(), in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s = %s, %v; want an error with %q", in, got, err, want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	type recursive struct {
		Next *recursive `json:"next"`
	}
	type badTag struct {
		N int `json:"n" minimum:"one"`
	}
	type badDefault struct {
		Unit string `json:"unit" enum:"a,b" default:"c"`
	}
	type badEnum struct {
		N int `json:"n" enum:"1,two"`
	}
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"name":        {newErr[struct{}]("no spaces"), `tool "no spaces": a name is 1 to 64 letters, digits, _ and -`},
		"string":      {newErr[string]("x"), "a model sends an object"},
		"time":        {newErr[time.Time]("x"), "a model sends an object"},
		"channel":     {newErr[struct{ C chan int }]("x"), "field C: chan int: JSON has no such thing as a chan"},
		"recursion":   {newErr[recursive]("x"), "holds itself"},
		"tag":         {newErr[badTag]("x"), `field N: tag minimum:"one"`},
		"bad default": {newErr[badDefault]("x"), "enum"},
		"bad enum":    {newErr[badEnum]("x"), `not a value of type integer`},
		"bad key":     {newErr[struct{ M map[int]int }]("x"), "the keys of a JSON object are strings"},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v; want an error with %q", name, tt.err, tt.want)
		}
	}
	if _, err := tools.New[struct{}, string]("x", "X.", nil, nil); err == nil {
		t.Error("a nil function is taken")
	}
	if _, err := tools.New("x", "", func(context.Context, struct{}) (string, error) { return "", nil }, nil); err == nil {
		t.Error("an empty description is taken")
	}
}

func newErr[In any](name string) error {
	_, err := tools.New(name, "X.", func(context.Context, In) (string, error) { return "", nil }, nil)
	return err
}
