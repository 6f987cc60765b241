// A member of hashicorp/raft that keeps nothing on a disk.
package main

import (
	"fmt"
	"io"
	"time"

	"github.com/hashicorp/raft"

	"democracy/bench/peers/rival"
)

type nothing struct{}

func (nothing) Apply(*raft.Log) any                  { return nil }
func (nothing) Snapshot() (raft.FSMSnapshot, error)  { return nothing{}, nil }
func (nothing) Restore(snapshot io.ReadCloser) error { return snapshot.Close() }
func (nothing) Persist(sink raft.SnapshotSink) error { return sink.Close() }
func (nothing) Release()                             {}

func main() {
	settings := rival.Read()
	config := raft.DefaultConfig()
	config.LogOutput = io.Discard
	if !settings.Default {
		timeout := time.Duration(settings.Timeout) * time.Millisecond
		config.HeartbeatTimeout, config.ElectionTimeout, config.LeaderLeaseTimeout = timeout, timeout, timeout
		config.CommitTimeout = 5 * time.Millisecond
	}
	address := func(index int) string { return fmt.Sprintf("127.0.0.1:%d", settings.Ports[index]) }
	config.LocalID = raft.ServerID(fmt.Sprint(settings.Index))
	transport, err := raft.NewTCPTransport(address(settings.Index), nil, 3, time.Second, io.Discard)
	if err != nil {
		rival.Fail(err)
	}
	store := raft.NewInmemStore()
	member, err := raft.NewRaft(config, nothing{}, store, store, raft.NewInmemSnapshotStore(), transport)
	if err != nil {
		rival.Fail(err)
	}
	var servers []raft.Server
	for index := range settings.Ports {
		servers = append(servers, raft.Server{ID: raft.ServerID(fmt.Sprint(index)), Address: raft.ServerAddress(address(index))})
	}
	if err := member.BootstrapCluster(raft.Configuration{Servers: servers}).Error(); err != nil {
		rival.Fail(err)
	}
	rival.Run(
		func() bool { return member.State() == raft.Leader },
		func() {
			_ = member.LeadershipTransfer().Error()
			_ = member.Shutdown().Error()
		},
	)
}
