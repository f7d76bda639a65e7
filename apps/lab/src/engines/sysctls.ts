/** Settings of the kernel that decide what a TCP server can do, below /proc/sys. */
export const SYSCTLS = [
  "net/core/somaxconn",
  "net/ipv4/ip_local_port_range",
  "net/ipv4/tcp_max_syn_backlog",
  "net/ipv4/tcp_syncookies",
  "net/ipv4/tcp_rmem",
  "net/ipv4/tcp_wmem",
  "net/ipv4/tcp_tw_reuse",
  "kernel/pid_max",
  "kernel/threads-max",
  "vm/max_map_count",
];
