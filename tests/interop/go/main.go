// Checks a log directory with Go's own checksum database code (golang.org/x/mod/sumdb), which
// knows nothing of Mohar: the checkpoint, every act against it, and growth since an earlier
// checkpoint. Ends with 0 when all is good, with 1 and a reason when not.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tileHeight is that of C2SP tlog-tiles: 2^8 hashes in a tile.
const tileHeight = 8

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: main <log directory>")
		os.Exit(2)
	}
	if err := verify(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func verify(dir string) error {
	verifier, err := logVerifier(dir)
	if err != nil {
		return err
	}
	head, err := openCheckpoint(filepath.Join(dir, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	fmt.Printf("checkpoint of %d acts: signature good\n", head.N)
	reader := tlog.TileHashReader(head, tiles{dir})
	if err := checkInclusion(dir, head, reader); err != nil {
		return err
	}
	return checkConsistency(dir, head, reader, verifier)
}

// logVerifier reads the key of the log, the first line of proof/vkeys.
func logVerifier(dir string) (note.Verifier, error) {
	keys, err := os.ReadFile(filepath.Join(dir, "proof/vkeys"))
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(keys), "\n")
	return note.NewVerifier(first)
}

// openCheckpoint verifies a checkpoint and reads size and root from it.
func openCheckpoint(path string, verifier note.Verifier) (tlog.Tree, error) {
	var head tlog.Tree
	text, err := os.ReadFile(path)
	if err != nil {
		return head, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return head, fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return head, errors.New("checkpoint: not origin, size and root of this log")
	}
	if head.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return head, err
	}
	head.Hash, err = tlog.ParseHash(lines[2])
	return head, err
}

// checkInclusion proves every act from the tiles, and compares one proof with the one we wrote.
func checkInclusion(dir string, head tlog.Tree, reader tlog.HashReader) error {
	index, written, err := readProof(filepath.Join(dir, "proof/act.tlog-proof"))
	if err != nil {
		return err
	}
	for bundle := int64(0); bundle<<tileHeight < head.N; bundle++ {
		acts, err := readEntries(dir, head, bundle)
		if err != nil {
			return err
		}
		for at, act := range acts {
			number := bundle<<tileHeight + int64(at)
			proof, err := tlog.ProveRecord(head.N, number, reader)
			if err != nil {
				return fmt.Errorf("act %d: %w", number, err)
			}
			if err := tlog.CheckRecord(proof, head.N, head.Hash, number, tlog.RecordHash(act)); err != nil {
				return fmt.Errorf("act %d: %w", number, err)
			}
			if number == index && !same(proof, written) {
				return fmt.Errorf("act %d: another inclusion proof than Go's", number)
			}
		}
	}
	fmt.Printf("inclusion: %d acts proven from tiles\ninclusion: our proof is the same\n", head.N)
	return nil
}

// checkConsistency proves growth since the earlier checkpoint, and compares with our proof.
func checkConsistency(dir string, head tlog.Tree, reader tlog.HashReader, verifier note.Verifier) error {
	earlier, err := openCheckpoint(filepath.Join(dir, "proof/earlier-checkpoint"), verifier)
	if err != nil {
		return err
	}
	if earlier.N <= 0 || earlier.N >= head.N {
		return fmt.Errorf("consistency: nothing to prove between %d and %d", earlier.N, head.N)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "proof/consistency"))
	if err != nil {
		return err
	}
	var written tlog.TreeProof
	for ; len(raw) >= tlog.HashSize; raw = raw[tlog.HashSize:] {
		var hash tlog.Hash
		copy(hash[:], raw)
		written = append(written, hash)
	}
	if err := tlog.CheckTree(written, head.N, head.Hash, earlier.N, earlier.Hash); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	proof, err := tlog.ProveTree(head.N, earlier.N, reader)
	if err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	if !same(proof, written) {
		return errors.New("consistency: another proof than Go's")
	}
	fmt.Printf("consistency: %d to %d acts\nconsistency: our proof is the same\n", earlier.N, head.N)
	return nil
}

func same(a, b []tlog.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// readProof reads index and hashes of a C2SP tlog-proof.
func readProof(path string) (int64, tlog.RecordProof, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, nil, err
	}
	front, _, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(front, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, nil, errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return 0, nil, err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return 0, nil, errors.New("tlog-proof: not a hash")
		}
		var hash tlog.Hash
		copy(hash[:], raw)
		proof = append(proof, hash)
	}
	return index, proof, nil
}

// readEntries reads the acts of an entry bundle: each behind its length as two bytes.
func readEntries(dir string, head tlog.Tree, bundle int64) ([][]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: 0, N: bundle, W: 1 << tileHeight}
	if rest := head.N - bundle<<tileHeight; rest < int64(tile.W) {
		tile.W = int(rest)
	}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	raw, err := os.ReadFile(filepath.Join(dir, path))
	if err != nil {
		return nil, err
	}
	var acts [][]byte
	for in := bytes.NewBuffer(raw); in.Len() > 0; {
		length := in.Next(2)
		if len(length) < 2 {
			return nil, errors.New("entries: cut short")
		}
		act := in.Next(int(binary.BigEndian.Uint16(length)))
		if len(act) < int(binary.BigEndian.Uint16(length)) {
			return nil, errors.New("entries: cut short")
		}
		acts = append(acts, act)
	}
	if len(acts) != tile.W {
		return nil, fmt.Errorf("entries: %d where %d should be", len(acts), tile.W)
	}
	return acts, nil
}

// tiles reads hash tiles in the layout of C2SP: tile/0/000 is tile/8/0/000 to Go.
type tiles struct{ dir string }

func (tiles) Height() int { return tileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		raw, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		read = append(read, raw)
	}
	return read, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
