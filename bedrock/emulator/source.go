package emulator

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math/rand/v2"
)

// source is the randomness of one call. It depends on the emulator's seed, on
// what is asked and on how often the same was asked before, not on what other
// goroutines do, so the same seed gives the same bytes.
type source struct{ *rand.Rand }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// fingerprint is a short checksum of what is asked. Two different requests
// may share one: then they also share their count.
func fingerprint(path string, body []byte) uint32 {
	return crc32.Update(crc32.Checksum([]byte(path), castagnoli), castagnoli, body)
}

func newSource(seed uint64, print, count uint32) source {
	return source{rand.New(rand.NewPCG(seed, uint64(print)<<32|uint64(count)))}
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// padding is the value of the key p that Bedrock adds to every event so that
// its length tells nothing: the first 2 to 61 letters.
func (s source) padding() string { return letters[:2+s.IntN(60)] }

// toolUseID is tooluse_ and 22 letters or digits.
func (s source) toolUseID() string { return "tooluse_" + s.letters(22) }

func (s source) letters(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[s.IntN(len(letters))]
	}
	return string(b)
}

// requestID is a version 4 UUID.
func (s source) requestID() string {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], s.Uint64())
	binary.LittleEndian.PutUint64(b[8:], s.Uint64())
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
