package main

import (
	"fmt"
	"html"
	"strings"
)

// chart draws the share of calls that each policy serves, as an SVG that reads
// on a light and on a dark page.
func chart(rows []row) string {
	const (
		left, top, rowHeight = 250, 56, 66
		barHeight, full      = 13, 520
	)
	series := []struct{ name, colour string }{{"2x", "#7aa6c2"}, {"4x", "#3f7fa6"}, {"10x", "#1f4e70"}, {"herd", "#d08a3c"}}
	height := top + len(rows)*rowHeight + 10
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="13">`, left+full+70, height)
	b.WriteString("\n<title>Share of calls served, by policy and load</title>\n")
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#ffffff"/>`+"\n")
	fmt.Fprintf(&b, `<text x="%d" y="20" font-weight="600" fill="#222">Calls served within their minute, in %% of those made</text>`+"\n", left)
	for i, s := range series {
		x := left + i*125
		label := s.name + " the quota"
		if s.name == "herd" {
			label = "1000 at once"
		}
		fmt.Fprintf(&b, `<rect x="%d" y="31" width="11" height="11" fill="%s"/><text x="%d" y="41" fill="#444">%s</text>`+"\n", x, s.colour, x+16, label)
	}
	for i, r := range rows {
		y := top + i*rowHeight
		name := strings.Trim(r.policy, "*")
		weight := "400"
		if name != r.policy {
			weight = "700"
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" font-weight="%s" fill="#222">%s</text>`+"\n", left-12, y+32, weight, html.EscapeString(name))
		for j, s := range series {
			served := r.scores[s.name].served()
			barY := y + 2 + j*(barHeight+1)
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/><text x="%.1f" y="%d" font-size="11" fill="#444">%s</text>`+"\n",
				left, barY, served*full, barHeight, s.colour, left+served*full+5, barY+11, share(served))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
