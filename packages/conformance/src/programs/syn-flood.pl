# Sends SYNs from addresses in 10.9.0.0/16, which answer nothing, to the port in its first argument, until it is killed.
# It takes root: raw(7).
use strict;
use warnings;
use Socket qw(:DEFAULT IPPROTO_TCP);

use constant { IPPROTO_RAW => 255, SYN => 2, BURST => 20, PAUSE_S => 0.005 };

my ($port) = @ARGV;
my $server = inet_aton("127.0.0.1");
socket(my $raw, PF_INET, SOCK_RAW, IPPROTO_RAW) or die "socket: $!";

sub sum {
  my $total = 0;
  $total += $_ for unpack("n*", $_[0]);
  $total = ($total >> 16) + ($total & 0xffff) while $total >> 16;
  return ~$total & 0xffff;
}

for (my $number = 0;; $number = ($number + 1) % 65_000) {
  my $source = pack("C4", 10, 9, $number >> 8, $number & 255);
  my @tcp = (1024 + $number % 60_000, $port, $number, 0, 5 << 4, SYN, 65_535);
  my $pseudo = $source . $server . pack("CCn", 0, IPPROTO_TCP, 20);
  my $tcp = pack("nnNNCCnnn", @tcp, sum($pseudo . pack("nnNNCCnnn", @tcp, 0, 0)), 0);
  # The kernel fills in length and checksum of the IP header: raw(7).
  my $ip = pack("CCnnnCCn", 0x45, 0, 40, 0, 0, 64, IPPROTO_TCP, 0) . $source . $server;
  send($raw, $ip . $tcp, 0, pack_sockaddr_in($port, $server)) or die "send: $!";
  select(undef, undef, undef, PAUSE_S) if $number % BURST == 0;
}
