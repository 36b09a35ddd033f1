package project

import "gopkg.in/yaml.v3"

// Experiments says which chains are served as experiments. The zero value is
// none.
type Experiments struct {
	Run map[string]string // the file of the experiment, absolute, by the name of the chain that is its control
	Log Location          // what comes of them: a folder or S3; the zero Location means the folder experiments beside causeway.yaml
}

func (r *reader) experiments(n *yaml.Node) Experiments {
	var e Experiments
	r.mapping(n, "experiments", fields{
		"run": func(n *yaml.Node) {
			e.Run = map[string]string{}
			r.pairs(n, "run", func(key, value *yaml.Node) {
				e.Run[key.Value] = r.folder(value, "the file of the experiment on "+key.Value)
			})
		},
		"log": func(n *yaml.Node) {
			if e.Log = r.location(n, "log"); e.Log.Service != "" {
				r.fault(n, "log is a folder or s3://bucket/prefix, not %s", n.Value)
			}
		},
	})
	if n.Kind == yaml.MappingNode && len(e.Run) == 0 {
		r.fault(n, "experiments says which chains are experiments, for example run: {support: tone.yaml}")
	}
	return e
}
