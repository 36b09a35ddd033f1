package emulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// constraints collects what the first layer of Bedrock refuses: it checks each
// member alone and reports every fault at once, counting members from 1.
type constraints struct{ faults []string }

// add reports a fault; value is nil where the service withholds it, which it
// does for everything within messages.
func (c *constraints) add(path string, value *string, must string, args ...any) {
	shown := "Value"
	if value != nil {
		shown = "Value '" + *value + "'"
	}
	c.faults = append(c.faults, fmt.Sprintf("%s at '%s' failed to satisfy constraint: Member must %s", shown, path, fmt.Sprintf(must, args...)))
}

func (c *constraints) failure() *Failure {
	switch n := len(c.faults); n {
	case 0:
		return nil
	case 1:
		return invalid("1 validation error detected: %s", c.faults[0])
	default:
		return invalid("%d validation errors detected: %s", n, strings.Join(c.faults, "; "))
	}
}

const (
	toolNamePattern = `[a-zA-Z0-9_-]+`
	toolIDPattern   = `[a-zA-Z0-9_.:-]+`
)

var (
	toolName = regexp.MustCompile(`^` + toolNamePattern + `$`)
	toolID   = regexp.MustCompile(`^` + toolIDPattern + `$`)
)

// name checks a name or id of 1 to 64 characters.
func (c *constraints) name(path, value string, shown bool, re *regexp.Regexp, pattern string) {
	var v *string
	if shown {
		v = &value
	}
	if len(value) > 64 {
		c.add(path, v, "have length less than or equal to 64")
	}
	if !re.MatchString(value) {
		c.add(path, v, "satisfy regular expression pattern: %s", pattern)
	}
	if value == "" {
		c.add(path, v, "have length greater than or equal to 1")
	}
}

// oneOf checks an enumeration.
func (c *constraints) oneOf(path, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	c.add(path, &value, "satisfy enum value set: [%s]", strings.Join(allowed, ", "))
}

// between checks a number.
func (c *constraints) between(path string, value *float64, low, high float64) {
	if value == nil {
		return
	}
	shown := fmt.Sprint(*value)
	if *value < low {
		c.add(path, &shown, "have value greater than or equal to %v", low)
	}
	if *value > high {
		c.add(path, &shown, "have value less than or equal to %v", high)
	}
}

// check walks a request.
func (c *constraints) check(r *Request) {
	if r.Messages == nil && !isPrompt(r.ModelID) {
		c.faults = append(c.faults, "Value null at 'messages' failed to satisfy constraint: Member must not be null")
	}
	for i, m := range r.Messages {
		if m.Role != "user" && m.Role != "assistant" {
			c.oneOf(fmt.Sprintf("messages.%d.member.role", i+1), m.Role, "user", "assistant", "system")
		}
		if m.Content == nil {
			c.faults = append(c.faults, fmt.Sprintf("Value null at 'messages.%d.member.content' failed to satisfy constraint: Member must not be null", i+1))
		}
		for j := range m.Content {
			if b := &m.Content[j]; b.Text == nil { // text has no constraint, and most blocks are text
				c.block(fmt.Sprintf("messages.%d.member.content.%d.member", i+1, j+1), b)
			}
		}
	}
	c.inference(&r.InferenceConfig)
	if r.ToolConfig != nil {
		c.tools(r.ToolConfig)
	}
	if r.PerformanceConfig != nil {
		c.oneOf("performanceConfig.latency", r.PerformanceConfig.Latency, "standard", "optimized")
	}
	if r.ServiceTier != nil {
		c.oneOf("serviceTier.type", r.ServiceTier.Type, "priority", "default", "flex", "reserved")
	}
	c.metadata(r.RequestMetadata)
}

func (c *constraints) inference(set *Inference) {
	if n := set.MaxTokens; n != nil {
		f := float64(*n)
		c.between("inferenceConfig.maxTokens", &f, 1, 1<<31)
	}
	c.between("inferenceConfig.temperature", set.Temperature, 0, 1)
	c.between("inferenceConfig.topP", set.TopP, 0, 1)
	if len(set.StopSequences) > 2500 {
		c.add("inferenceConfig.stopSequences", nil, "have length less than or equal to 2500")
	}
	for i, s := range set.StopSequences {
		if s == "" {
			c.add(fmt.Sprintf("inferenceConfig.stopSequences.%d.member", i+1), &s, "have length greater than or equal to 1")
		}
	}
}

func (c *constraints) tools(t *ToolConfig) {
	if len(t.Tools) == 0 {
		c.add("toolConfig.tools", new("[]"), "have length greater than or equal to 1")
	}
	for i, tool := range t.Tools {
		if tool.Spec == nil {
			continue
		}
		path := fmt.Sprintf("toolConfig.tools.%d.member.toolSpec", i+1)
		c.name(path+".name", tool.Spec.Name, true, toolName, toolNamePattern)
		if d := tool.Spec.Description; d != nil && *d == "" {
			c.add(path+".description", d, "have length greater than or equal to 1")
		}
	}
}

func (c *constraints) metadata(m map[string]string) {
	if len(m) > 16 {
		c.add("requestMetadata", nil, "have length less than or equal to 16")
	}
	for k, v := range m {
		if len(k) == 0 || len(k) > 256 || len(v) > 256 {
			c.add("requestMetadata", nil, "satisfy constraint: [Map value must have length between 0 and 256, Map keys between 1 and 256]")
			return
		}
	}
}
