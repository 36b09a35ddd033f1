package tools_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/tools"
)

type cart struct {
	Items []struct {
		SKU   string         `json:"sku" pattern:"^[A-Z]+$"`
		Count int            `json:"count" minimum:"1"`
		Extra map[string]int `json:"extra,omitempty"`
	} `json:"items" minItems:"1" maxItems:"4"`
	Size [2]int  `json:"size"`
	Note *string `json:"note,omitempty"`
}

func TestFaultsSayWhere(t *testing.T) {
	tool, err := tools.New("order", "Order.", func(context.Context, cart) (string, error) { return "", nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{`{"items":[{"sku":"A","count":1},{"sku":"b","count":0,"extra":{"x":"y"}}],"size":[1,2],"note":null}`, []string{
			`items[1].sku: it does not match the pattern ^[A-Z]+$`, `items[1].count: want at least 1`, `items[1].extra.x: want a whole number, got a string`,
		}},
		{`{"items":[],"size":[1],"note":7}`, []string{
			`items: want at least 1 items, got 0`, `size: want at least 2 items, got 1`, `note: want a string or null, got a whole number`,
		}},
		{`{"items":{"sku":"A"},"size":[1,2]}`, []string{`items: want an array, got an object`}},
		{`{"items":"[]","size":[1,true],"note":"x","` + strings.Repeat("k", 100) + `":1}`, []string{
			`items: want an array, got a string`, `size[1]: want a whole number, got true or false`,
			`there is no field "` + strings.Repeat("k", 64) + `…"; the fields are items, size, note`,
		}},
		{`{"items":[0,0,0,0,0,0,0,0,0,0,0,0,0],"size":[1,2]}`, []string{
			`items[0]: want an object, got a whole number`, `items[1]: want an object, got a whole number`, `items[2]: want an object, got a whole number`,
			`items[3]: want an object, got a whole number`, `items[4]: want an object, got a whole number`, `items[5]: want an object, got a whole number`,
			`items[6]: want an object, got a whole number`, `items[7]: want an object, got a whole number`, `items[8]: want an object, got a whole number`,
			`items[9]: want an object, got a whole number`,
		}},
		{strings.Repeat(" ", 4<<20) + "{}", []string{`4194306 bytes are too many; the limit is 4194304`}},
	} {
		_, err := tool.Call(t.Context(), tt.in)
		wrong, ok := errors.AsType[*tools.InputError](err)
		if !ok || wrong.Tool != "order" {
			t.Errorf("%.80s: %v; want an *InputError", tt.in, err)
			continue
		}
		if diff := cmp.Diff(tt.want, wrong.Faults); diff != "" {
			t.Errorf("%.80s: -want +got\n%s", tt.in, diff)
		}
	}
}

func TestMust(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Must returned a tool that could not be made")
		}
	}()
	tools.Must(tools.New("no name", "X.", func(context.Context, struct{}) (string, error) { return "", nil }, nil))
}
