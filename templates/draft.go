package templates

import (
	"encoding/json"
	"time"

	"gopkg.in/yaml.v3"
)

// SchemaID is what every prompt file names as its schema.
const SchemaID = "causeway.prompt/v1"

// draft is a prompt file as read, before its texts are compiled: delimiters
// and partials may stand below the texts that need them.
type draft struct {
	name, description string
	labels            map[string]string
	model             Model
	delimiters        []string
	partials          map[string]partial
	inputs            map[string]*input
	slots             []slot // the system text first, then messages in order
	examples          []example
	examplesAt        *yaml.Node // the examples section
	tools             Tools
	output            json.RawMessage
	tests             []test
}

// Model is which model a prompt asks for and how. Nil fields are left to the
// model's own defaults.
type Model struct {
	ID               string // model id, inference profile, prompt ARN, or a name the application resolves
	Fallbacks        []string
	MaxTokens        int // 0: not said
	Temperature      *float64
	TopP             *float64
	Stop             []string
	AdditionalFields map[string]any // fields of the model's own, such as top_k
	GuardrailID      string
	GuardrailVersion string
}

// Tools is which tools a prompt may use. Their definitions live with their code.
type Tools struct {
	Names  []string
	Choice string // auto, any, none, or a tool's name; "" is not said
}

// partial is a named piece of text. Exactly one of its fields is set.
type partial struct {
	text string
	file string // read from the folder when the prompt is bundled
	ref  string // the system text of another prompt, read when bundled
	node *yaml.Node
}

// slot is one place in the list of messages.
type slot struct {
	role     role
	history  *historySlot
	examples bool
	parts    []part
	node     *yaml.Node
	path     string
}

type role uint8

const (
	roleSystem role = iota
	roleUser
	roleAssistant
)

type historySlot struct {
	key      string
	maxTurns int // 0: all
}

// part is one content block of a message.
type part struct {
	kind      partKind
	source    string // of text and guarded
	text      *Text
	variable  string // of media
	name      string // of a document
	context   string
	citations bool
	ttl       time.Duration
	node      *yaml.Node
	path      string
}

type partKind uint8

const (
	partText partKind = iota
	partGuarded
	partCachePoint
	partImage
	partDocument
	partVideo
	partAudio
)

// example is one shown turn: an input put through the user message, or texts
// as they are.
type example struct {
	input     map[string]any
	user      string
	assistant string
	node      *yaml.Node
	path      string
}
