// Package rival tells what a member believes, and takes what it is told to do: the same lines as members/member.mjs.
package rival

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Settings come as JSON in the first argument.
type Settings struct {
	Index   int   `json:"index"`
	Ports   []int `json:"ports"`
	Timeout int   `json:"timeout"`  // ms
	Pace    int   `json:"interval"` // ms
	Default bool  `json:"default"`
}

// Read reads the settings.
func Read() Settings {
	var settings Settings
	if err := json.Unmarshal([]byte(os.Args[1]), &settings); err != nil {
		Fail(err)
	}
	return settings
}

// Fail ends the program.
func Fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func tell(leads bool, woke bool) {
	fmt.Printf("{\"at\":%d,\"leads\":%t,\"woke\":%t}\n", time.Now().UnixMilli(), leads, woke)
}

// Run asks each ms whether the member leads, tells changes, and calls stop when it is told to end.
func Run(leads func() bool, stop func()) {
	sampling := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			switch lines.Text() {
			case "rest":
				sampling <- false
			case "stop":
				stop()
				os.Exit(0)
			}
		}
		os.Exit(0)
	}()
	fmt.Println("{\"ready\":true}")
	last, known := false, false
	before := time.Now()
	for {
		select {
		case <-sampling:
			select {}
		default:
		}
		now := time.Now()
		woke := now.Sub(before) > 500*time.Millisecond
		before = now
		answer := leads()
		if answer != last || !known || woke {
			tell(answer, woke)
		}
		last, known = answer, true
		time.Sleep(time.Millisecond)
	}
}
