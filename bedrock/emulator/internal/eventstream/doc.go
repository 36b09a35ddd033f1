// Package eventstream writes AWS's binary event stream framing, as Bedrock
// sends it: every frame has exactly three headers, all of them strings.
//
//	b = eventstream.AppendEvent(nil, "messageStart", payload)
//	w.Write(b)
//
// A frame is a 4-byte total length, a 4-byte header length, a CRC of those 8
// bytes, the headers, the payload and a CRC of all before it (the AWS
// documentation of "vnd.amazon.eventstream"; the header order was read from
// recorded Bedrock traffic).
package eventstream
