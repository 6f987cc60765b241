// A member of hashicorp/memberlist. It elects nobody: the first that is alive, by its number, counts as the leader.
package main

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"democracy/bench/peers/rival"
)

type alive struct {
	sync.Mutex
	known map[int]bool
}

func (a *alive) set(node *memberlist.Node, is bool) {
	index, err := strconv.Atoi(node.Name)
	if err != nil {
		return
	}
	a.Lock()
	a.known[index] = is
	a.Unlock()
}

func (a *alive) NotifyJoin(node *memberlist.Node)   { a.set(node, true) }
func (a *alive) NotifyLeave(node *memberlist.Node)  { a.set(node, false) }
func (a *alive) NotifyUpdate(node *memberlist.Node) {}

func (a *alive) isFirst(own int) bool {
	a.Lock()
	defer a.Unlock()
	for index, is := range a.known {
		if is && index < own {
			return false
		}
	}
	return true
}

func main() {
	settings := rival.Read()
	members := &alive{known: map[int]bool{}}
	config := memberlist.DefaultLocalConfig()
	config.Name = fmt.Sprint(settings.Index)
	config.BindAddr, config.BindPort, config.AdvertisePort = "127.0.0.1", settings.Ports[settings.Index], settings.Ports[settings.Index]
	config.LogOutput = io.Discard
	config.Events = members
	config.ProbeInterval = time.Duration(settings.Pace) * time.Millisecond
	config.ProbeTimeout = config.ProbeInterval / 2
	list, err := memberlist.Create(config)
	if err != nil {
		rival.Fail(err)
	}
	var others []string
	for index, port := range settings.Ports {
		if index != settings.Index {
			others = append(others, fmt.Sprintf("127.0.0.1:%d", port))
		}
	}
	go func() {
		for {
			if joined, _ := list.Join(others); joined == len(others) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	rival.Run(
		func() bool { return members.isFirst(settings.Index) },
		func() {
			_ = list.Leave(time.Second)
			_ = list.Shutdown()
		},
	)
}
