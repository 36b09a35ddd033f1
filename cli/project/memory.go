package project

import "gopkg.in/yaml.v3"

func (r *reader) memory(n *yaml.Node) map[string]Memory {
	stores := map[string]Memory{}
	r.pairs(n, "memory", func(key, value *yaml.Node) {
		if !nameForm.MatchString(key.Value) {
			r.fault(key, "%q is no name for a memory store: letters, digits, - and _, starting with a letter", key.Value)
		}
		stores[key.Value] = r.memoryStore(key.Value, value)
	})
	return stores
}

func (r *reader) memoryStore(name string, n *yaml.Node) Memory {
	var m Memory
	if n.Kind == yaml.ScalarNode {
		if text := r.text(n, "memory "+name); text == "inProcess" {
			m.InProcess = true
		} else if text != "" {
			r.fault(n, "memory %s is %q; write {folder: path}, {sqlite: path}, {s3: s3://bucket/prefix}, {dynamodb: table} or inProcess", name, text)
		}
		return m
	}
	r.mapping(n, "memory "+name, fields{
		"folder": func(n *yaml.Node) { m.Folder = r.folder(n, "folder") },
		"sqlite": func(n *yaml.Node) { m.SQLite = r.folder(n, "sqlite") },
		"s3": func(n *yaml.Node) {
			if m.S3 = r.location(n, "s3"); !m.S3.IsZero() && m.S3.Bucket == "" {
				r.fault(n, "s3 is s3://bucket/prefix; for a folder write {folder: %s}", n.Value)
			}
		},
		"dynamodb": func(n *yaml.Node) { m.DynamoDB = r.text(n, "dynamodb (a table's name)") },
	})
	if n.Kind == yaml.MappingNode && len(n.Content) != 2 {
		r.fault(n, "memory %s needs exactly one of folder, sqlite, s3 and dynamodb", name)
	}
	return m
}
