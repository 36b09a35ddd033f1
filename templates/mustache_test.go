package templates_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/causeway-go/causeway/templates"
)

// The language is checked against the Mustache specification, section by
// section, in our own words. Where ours is meant to differ, want is "!" and the
// name of the error: nothing is escaped, and what is not there is an error.
var mustacheCases = []struct {
	name, text, data, want string
	partials               map[string]string
}{
	// Interpolation.
	{name: "no tags", text: "Hello from {Mustache}!\n", want: "Hello from {Mustache}!\n"},
	{name: "basic", text: "Hello, {{subject}}!\n", data: `{"subject":"world"}`, want: "Hello, world!\n"},
	{name: "no reinterpolation", text: "{{template}}: {{planet}}", data: `{"template":"{{planet}}","planet":"Earth"}`, want: "{{planet}}: Earth"},
	{name: "never escaped", text: `{{f}} {{{f}}} {{&f}}`, data: `{"f":"& \" < >"}`, want: `& " < > & " < > & " < >`},
	{name: "integer", text: `"{{mph}} miles an hour!"`, data: `{"mph":85}`, want: `"85 miles an hour!"`},
	{name: "decimal", text: `{{power}} {{{power}}} {{&power}}`, data: `{"power":1.210}`, want: "1.21 1.21 1.21"},
	{name: "whole decimal", text: `{{n}} {{m}} {{o}}`, data: `{"n":10.0,"m":100,"o":1.50e3}`, want: "10 100 1.50e3"},
	{name: "null is nothing", text: "I ({{x}}) ({{{x}}}) ({{&x}})", data: `{"x":null}`, want: "I () () ()"},
	{name: "missing", text: "I ({{cannot}}) be seen!", want: "!missing"},
	{name: "missing, triple", text: "I ({{{cannot}}}) be seen!", want: "!missing"},
	{name: "dotted", text: `{{person.name}} == {{#person}}{{name}}{{/person}}`, data: `{"person":{"name":"Joe"}}`, want: "Joe == Joe"},
	{name: "dotted, far", text: `{{a.b.c.d.e.name}}`, data: `{"a":{"b":{"c":{"d":{"e":{"name":"Phil"}}}}}}`, want: "Phil"},
	{name: "dotted, broken", text: `{{a.b.c}}`, data: `{"a":{}}`, want: "!missing"},
	{name: "dotted, broken resolution", text: `{{a.b.c.name}}`, data: `{"a":{"b":{}},"c":{"name":"Jim"}}`, want: "!missing"},
	{name: "dotted, first segment decides", text: `{{#a}}{{b.c.d.e.name}}{{/a}}`, data: `{"a":{"b":{"c":{"d":{"e":{"name":"Phil"}}}}},"b":{"c":{"d":{"e":{"name":"Wrong"}}}}}`, want: "Phil"},
	{name: "dotted, context precedence", text: `{{#a}}{{b.c}}{{/a}}`, data: `{"a":{"b":{}},"b":{"c":"ERROR"}}`, want: "!missing"},
	{name: "dotted, not one key", text: `{{a.b}}`, data: `{"a.b":"c"}`, want: "!missing"},
	{name: "dotted beats a key with a dot", text: `{{a.b}}`, data: `{"a.b":"c","a":{"b":"d"}}`, want: "d"},
	{name: "implicit iterator, text", text: "Hello, {{.}}!", data: `"world"`, want: "Hello, world!"},
	{name: "implicit iterator, number", text: "{{.}} {{{.}}} {{&.}}", data: `85`, want: "85 85 85"},
	{name: "white space around stays", text: "| {{string}} | {{{string}}} | {{&string}} |", data: `{"string":"---"}`, want: "| --- | --- | --- |"},
	{name: "alone on a line", text: "  {{string}}\n  {{{string}}}\n  {{&string}}\n", data: `{"string":"---"}`, want: "  ---\n  ---\n  ---\n"},
	{name: "padding in the tag", text: "|{{ string }}|{{{ string }}}|{{& string }}|", data: `{"string":"---"}`, want: "|---|---|---|"},

	// Sections.
	{name: "true", text: "{{#b}}This is rendered.{{/b}}", data: `{"b":true}`, want: "This is rendered."},
	{name: "false", text: "<{{#b}}no{{/b}}>", data: `{"b":false}`, want: "<>"},
	{name: "null is false", text: "<{{#b}}no{{/b}}>", data: `{"b":null}`, want: "<>"},
	{name: "context", text: "{{#c}}Hi {{name}}.{{/c}}", data: `{"c":{"name":"Joe"}}`, want: "Hi Joe."},
	{name: "parent contexts", text: "{{#sec}}{{a}}, {{b}}, {{c.d}}{{/sec}}", data: `{"a":"foo","b":"wrong","sec":{"b":"bar"},"c":{"d":"baz"}}`, want: "foo, bar, baz"},
	{name: "variable test", text: "{{#foo}}{{.}} is {{foo}}{{/foo}}", data: `{"foo":"bar"}`, want: "bar is bar"},
	{
		name: "list contexts", text: "{{#tops}}{{#middles}}{{tname.lower}}{{mname}}.{{#bottoms}}{{tname.upper}}{{mname}}{{bname}}.{{/bottoms}}{{/middles}}{{/tops}}",
		data: `{"tops":[{"tname":{"upper":"A","lower":"a"},"middles":[{"mname":"1","bottoms":[{"bname":"x"},{"bname":"y"}]}]}]}`, want: "a1.A1x.A1y.",
	},
	{
		name: "deep contexts", text: "{{#a}}{{one}}{{#b}}{{one}}{{two}}{{one}}{{#c}}{{one}}{{two}}{{three}}{{/c}}{{/b}}{{/a}}",
		data: `{"a":{"one":1},"b":{"two":2},"c":{"three":3}}`, want: "1121123",
	},
	{name: "list", text: "{{#list}}{{item}}{{/list}}", data: `{"list":[{"item":1},{"item":2},{"item":3}]}`, want: "123"},
	{name: "empty list", text: "<{{#list}}no{{/list}}>", data: `{"list":[]}`, want: "<>"},
	{name: "doubled", text: "{{#b}}\n* first\n{{/b}}\n* {{two}}\n{{#b}}\n* third\n{{/b}}\n", data: `{"b":true,"two":"second"}`, want: "* first\n* second\n* third\n"},
	{name: "nested, true", text: "| A {{#b}}B {{#b}}C{{/b}} D{{/b}} E |", data: `{"b":true}`, want: "| A B C D E |"},
	{name: "nested, false", text: "| A {{#b}}B {{#b}}C{{/b}} D{{/b}} E |", data: `{"b":false}`, want: "| A  E |"},
	{name: "section missing", text: "[{{#missing}}Found!{{/missing}}]", data: `{}`, want: "!missing"},
	{name: "implicit iterator, texts", text: "{{#list}}({{.}}){{/list}}", data: `{"list":["a","b"]}`, want: "(a)(b)"},
	{name: "implicit iterator, decimals", text: "{{#list}}({{.}}){{/list}}", data: `{"list":[1.1,2.2]}`, want: "(1.1)(2.2)"},
	{name: "implicit iterator, lists", text: "{{#list}}({{#.}}{{.}}{{/.}}){{/list}}", data: `{"list":[[1,2],["a","b"]]}`, want: "(12)(ab)"},
	{name: "implicit iterator, root list", text: "{{#.}}({{value}}){{/.}}", data: `[{"value":"a"},{"value":"b"}]`, want: "(a)(b)"},
	{name: "dotted, true", text: "{{#a.b.c}}Here{{/a.b.c}}", data: `{"a":{"b":{"c":true}}}`, want: "Here"},
	{name: "dotted, false", text: "<{{#a.b.c}}Here{{/a.b.c}}>", data: `{"a":{"b":{"c":false}}}`, want: "<>"},
	{name: "dotted section, broken", text: "<{{#a.b.c}}Here{{/a.b.c}}>", data: `{"a":{}}`, want: "<>"},
	{name: "surrounding white space", text: " | {{#b}}\t|\t{{/b}} | \n", data: `{"b":true}`, want: " | \t|\t | \n"},
	{name: "internal white space", text: " | {{#b}} {{! note }}\n {{/b}} | \n", data: `{"b":true}`, want: " |  \n  | \n"},
	{name: "indented inline", text: " {{#b}}YES{{/b}}\n {{#b}}GOOD{{/b}}\n", data: `{"b":true}`, want: " YES\n GOOD\n"},
	{name: "standalone lines", text: "| This Is\n{{#b}}\n|\n{{/b}}\n| A Line\n", data: `{"b":true}`, want: "| This Is\n|\n| A Line\n"},
	{name: "indented standalone lines", text: "| This Is\n  {{#b}}\n|\n  {{/b}}\n| A Line\n", data: `{"b":true}`, want: "| This Is\n|\n| A Line\n"},
	{name: "standalone, CRLF", text: "|\r\n{{#b}}\r\n{{/b}}\r\n|", data: `{"b":true}`, want: "|\r\n|"},
	{name: "standalone, first line", text: "  {{#b}}\n#{{/b}}\n/", data: `{"b":true}`, want: "#\n/"},
	{name: "standalone, last line", text: "#{{#b}}\n/\n  {{/b}}", data: `{"b":true}`, want: "#\n/\n"},
	{name: "padding in section tags", text: "|{{# b }}={{/ b }}|", data: `{"b":true}`, want: "|=|"},

	// Inverted sections.
	{name: "inverted false", text: "{{^b}}This{{/b}}", data: `{"b":false}`, want: "This"},
	{name: "inverted true", text: "<{{^b}}This{{/b}}>", data: `{"b":true}`, want: "<>"},
	{name: "inverted null", text: "{{^b}}This{{/b}}", data: `{"b":null}`, want: "This"},
	{name: "inverted context", text: "<{{^c}}Hi{{/c}}>", data: `{"c":{"name":"Joe"}}`, want: "<>"},
	{name: "inverted list", text: "<{{^l}}no{{/l}}>", data: `{"l":[{"n":1}]}`, want: "<>"},
	{name: "inverted empty list", text: "{{^l}}Yay{{/l}}", data: `{"l":[]}`, want: "Yay"},
	{name: "inverted dotted, broken", text: "{{^a.b.c}}Not Here{{/a.b.c}}", data: `{"a":{}}`, want: "Not Here"},
	{name: "inverted missing", text: "[{{^missing}}x{{/missing}}]", data: `{}`, want: "!missing"},
	{name: "inverted nested", text: "| A {{^b}}B {{^b}}C{{/b}} D{{/b}} E |", data: `{"b":false}`, want: "| A B C D E |"},
	{name: "inverted standalone", text: "| This Is\n  {{^b}}\n|\n  {{/b}}\n| A Line\n", data: `{"b":false}`, want: "| This Is\n|\n| A Line\n"},
	{name: "inverted standalone, CRLF", text: "|\r\n{{^b}}\r\n{{/b}}\r\n|", data: `{"b":false}`, want: "|\r\n|"},
	{name: "inverted standalone, last line", text: "^{{^b}}\n/\n  {{/b}}", data: `{"b":false}`, want: "^\n/\n"},

	// Comments.
	{name: "comment inline", text: "12345{{! a note }}67890", want: "1234567890"},
	{name: "comment of lines", text: "12345{{!\n  over\n  lines\n}}67890\n", want: "1234567890\n"},
	{name: "comment standalone", text: "Begin.\n{{! note }}\nEnd.\n", want: "Begin.\nEnd.\n"},
	{name: "comment indented standalone", text: "Begin.\n  {{! note }}\nEnd.\n", want: "Begin.\nEnd.\n"},
	{name: "comment CRLF", text: "|\r\n{{! note }}\r\n|", want: "|\r\n|"},
	{name: "comment, first line", text: "  {{! I'm still standalone }}\n!", want: "!"},
	{name: "comment, last line", text: "!\n  {{! I'm still standalone }}", want: "!\n"},
	{name: "comment of lines, standalone", text: "Begin.\n{{!\nsome\n}}\nEnd.\n", want: "Begin.\nEnd.\n"},
	{name: "comment after text", text: "  12 {{! 34 }}\n", want: "  12 \n"},
	{name: "comment between spaces", text: "12345 {{! note }} 67890", want: "12345  67890"},
	{name: "comment named like a variable", text: "comments never show: >{{! variable }}<", data: `{"variable":"x"}`, want: "comments never show: ><"},

	// Delimiters.
	{name: "pair", text: "{{=<% %>=}}(<%text%>)", data: `{"text":"Hey!"}`, want: "(Hey!)"},
	{name: "special characters", text: "({{=[ ]=}}[text])", data: `{"text":"It worked!"}`, want: "(It worked!)"},
	{
		name: "sections with changed delimiters", text: "[\n{{#s}}\n  {{d}}\n  |d|\n{{/s}}\n\n{{= | | =}}\n|#s|\n  {{d}}\n  |d|\n|/s|\n]\n",
		data: `{"s":true,"d":"I got interpolated."}`, want: "[\n  I got interpolated.\n  |d|\n\n  {{d}}\n  I got interpolated.\n]\n",
	},
	{
		name: "partials inherit nothing", text: "[ {{>include}} ]\n{{= | | =}}\n[ |>include| ]\n", data: `{"value":"yes"}`,
		partials: map[string]string{"include": ".{{value}}."}, want: "[ .yes. ]\n[ .yes. ]\n",
	},
	{
		name: "partials give nothing back", text: "[ {{>include}} ]\n[ .{{value}}.  .|value|. ]\n", data: `{"value":"yes"}`,
		partials: map[string]string{"include": ".{{value}}. {{= | | =}} .|value|."}, want: "[ .yes.  .yes. ]\n[ .yes.  .|value|. ]\n",
	},
	{name: "delimiters between spaces", text: "| {{=@ @=}} |", want: "|  |"},
	{name: "delimiters, trailing space", text: " | {{=@ @=}}\n", want: " | \n"},
	{name: "delimiters standalone", text: "Begin.\n  {{=@ @=}}\nEnd.\n", want: "Begin.\nEnd.\n"},
	{name: "delimiters CRLF", text: "|\r\n{{= @ @ =}}\r\n|", want: "|\r\n|"},
	{name: "delimiters, last line", text: "=\n  {{=@ @=}}", want: "=\n"},
	{name: "delimiters padded", text: "|{{= @   @ =}}|", want: "||"},

	// Partials.
	{name: "partial", text: `"{{>text}}"`, partials: map[string]string{"text": "from partial"}, want: `"from partial"`},
	{name: "partial not there", text: `"{{>text}}"`, want: "!partial"},
	{name: "partial context", text: `"{{>p}}"`, data: `{"text":"content"}`, partials: map[string]string{"p": "*{{text}}*"}, want: `"*content*"`},
	{
		name: "partial recursion", text: "{{>node}}", data: `{"content":"X","nodes":[{"content":"Y","nodes":[]}]}`,
		partials: map[string]string{"node": "{{content}}<{{#nodes}}{{>node}}{{/nodes}}>"}, want: "X<Y<>>",
	},
	{
		name: "partial nested", text: "{{>outer}}", data: `{"a":"hello","b":"world"}`,
		partials: map[string]string{"outer": "*{{a}} {{>inner}}*", "inner": "{{b}}!"}, want: "*hello world!*",
	},
	{name: "partial between", text: "| {{>partial}} |", partials: map[string]string{"partial": "\t|\t"}, want: "| \t|\t |"},
	{name: "partial inline indentation", text: "  {{data}}  {{> partial}}\n", data: `{"data":"|"}`, partials: map[string]string{"partial": ">\n>"}, want: "  |  >\n>\n"},
	{name: "partial CRLF", text: "|\r\n{{>partial}}\r\n|", partials: map[string]string{"partial": ">"}, want: "|\r\n>|"},
	{name: "partial, first line", text: "  {{>partial}}\n>", partials: map[string]string{"partial": ">\n>"}, want: "  >\n  >>"},
	{name: "partial, last line", text: ">\n  {{>partial}}", partials: map[string]string{"partial": ">\n>"}, want: ">\n  >\n  >"},
	{
		name: "partial indentation spares values", text: "\\\n {{>partial}}\n/\n", data: `{"content":"<\n->"}`,
		partials: map[string]string{"partial": "|\n{{{content}}}\n|\n"}, want: "\\\n |\n <\n->\n |\n/\n",
	},
	{name: "partial padding", text: "|{{> partial }}|", data: `{"boolean":true}`, partials: map[string]string{"partial": "[]"}, want: "|[]|"},
}

func TestMustache(t *testing.T) {
	for _, c := range mustacheCases {
		t.Run(c.name, func(t *testing.T) {
			text, err := templates.ParseText(c.text, &templates.TextOptions{Partials: c.partials})
			if c.want == "!partial" {
				if bad, ok := errors.AsType[*templates.TextError](err); !ok || bad.Faults[0].Tag != "{{>text}}" {
					t.Errorf("error %v, want a *TextError", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var data any = map[string]any{}
			if c.data != "" {
				data = json.RawMessage(c.data)
			}
			got, err := text.Render(data)
			if c.want == "!missing" {
				if !errors.Is(err, templates.ErrMissing) {
					t.Errorf("%q, %v; want ErrMissing", got, err)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}
