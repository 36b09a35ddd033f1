package project

// Schema is the form's name and version, the required first field of the file.
const Schema = "causeway.project/v1"

// FileName is the name Find looks for.
const FileName = "causeway.yaml"

// Project is a causeway.yaml. The zero value is a project without models,
// prompts, memory or tools: chains may still name models by their Bedrock id.
type Project struct {
	Path    string // the file it was read from; "" for the zero Project
	Region  string // AWS Region; "" means the AWS configuration's own
	Models  map[string]Model
	Prompts Location          // where prompts are; the zero Location means none
	Memory  map[string]Memory // stores by the name chains use; "default" is the usual one
	Tools   []string          // built-in tools the chains may use, of BuiltinTools
	HTTP    HTTP              // what the built-in tool http may reach
	Runs    string            // folder of checkpoints, absolute; "" means runs are not kept
	Jobs    Jobs              // where jobs are; the zero Jobs means where the command keeps them

	Experiments Experiments // which chains are served as experiments
}

// Model is one model under the name chains and prompts call it by.
type Model struct {
	ID        string   // model id, inference profile or ARN
	Region    string   // "" means the project's
	Fallbacks []string // names in Models or Bedrock ids, asked in order when this one cannot answer
	Quota     Quota
	Price     Price
}

// Price is what a million tokens cost, in a currency of your choice. The zero
// Price is not known.
type Price struct {
	Input, Output         float64
	CacheRead, CacheWrite float64
}

// Quota is what the account may ask of a model in a minute. Zero means not
// known: then only the service's refusals slow callers down.
type Quota struct {
	RPM int // requests a minute
	TPM int // tokens a minute, input and output

	// Burndown is how many tokens of the quota one token of output takes: 5
	// for Claude from 3.7 on, 1 (which 0 means) for most others.
	Burndown int
}

// HTTP bounds the built-in tool of that name. Private addresses it never reaches.
type HTTP struct {
	Allow []string // hosts: api.example.com, *.example.com; none means every public one
}

// Memory is one store of conversations. Exactly one field is set.
type Memory struct {
	Folder    string   // absolute path of a folder
	SQLite    string   // absolute path of a database file
	S3        Location // bucket and prefix
	DynamoDB  string   // table name
	InProcess bool     // forgotten when the command ends
}

// InAWS reports whether the store is a service.
func (m Memory) InAWS() bool { return m.DynamoDB != "" || m.S3.InAWS() }

// BuiltinTools are the names that Tools may hold.
func BuiltinTools() []string { return []string{"http", "calculator", "clock"} }
