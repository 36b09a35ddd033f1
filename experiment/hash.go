package experiment

import "unicode/utf16"

// The hash is GrowthBook's version 2: FNV-1a (32 bits) over the UTF-16 code
// units of seed and unit, and once more over the decimal digits of that.
// Version 1 hashes once, and two concurrent experiments correlate under it.
// GrowthBook's specification and its published cases: spec 0.12.0, "hash".
const (
	fnvOffset uint32 = 2166136261
	fnvPrime  uint32 = 16777619
)

// fnv continues h over the UTF-16 code units of s, which is what JavaScript's
// charCodeAt gives and every other SDK follows.
func fnv(h uint32, s string) uint32 {
	for _, r := range s {
		if r < 0x10000 {
			h = (h ^ uint32(r)) * fnvPrime
			continue
		}
		high, low := utf16.EncodeRune(r)
		h = (h ^ uint32(high)) * fnvPrime
		h = (h ^ uint32(low)) * fnvPrime
	}
	return h
}

// bucket returns where unit stands in [0, 1), in steps of 1/10000. seeded is
// the hash's state after the seed.
func bucket(seeded uint32, unit string) float64 {
	n := fnv(seeded, unit)
	var digits [10]byte
	at := len(digits)
	for {
		at--
		digits[at] = byte('0' + n%10)
		if n /= 10; n == 0 {
			break
		}
	}
	h := fnvOffset
	for _, d := range digits[at:] {
		h = (h ^ uint32(d)) * fnvPrime
	}
	return float64(h%10000) / 10000
}
