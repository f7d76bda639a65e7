# Prints, for each message that a client at 127.0.0.2 sends to the port in its first argument, how many bytes the port sends to
# other clients before it answers. It begins with the first byte for others, and ends after as many messages as its second
# argument says, with the number of packets that the kernel could not keep for it. It takes root: packet(7).
use strict;
use warnings;
use Socket;

use constant { AF_PACKET => 17, ETH_P_IP => 0x0800, SO_RCVBUFFORCE => 33, SOL_PACKET => 263, PACKET_STATISTICS => 6 };
use constant { HEADERS => 120, KEPT_BYTES => 2**28 };

my ($port, $left) = @ARGV;
my $victim = inet_aton("127.0.0.2");
socket(my $tap, AF_PACKET, SOCK_DGRAM, unpack("S", pack("n", ETH_P_IP))) or die "socket: $!";
setsockopt($tap, SOL_SOCKET, SO_RCVBUFFORCE, pack("i", KEPT_BYTES)) or die "setsockopt: $!";
$| = 1;
print "ready\n";

my ($is_asked, $is_beside, $between) = (0, 0, 0);
while ($left > 0) {
  defined recv($tap, my $packet, HEADERS, 0) or die "recv: $!";
  my ($version, $length, $source, $target) = unpack("C x n x8 a4 a4", $packet);
  my $ip = ($version & 15) * 4;
  my ($from, $to, $offset) = unpack("x$ip n n x8 C", $packet);
  my $bytes = $length - $ip - ($offset >> 4) * 4;
  next if $bytes <= 0;
  if ($to == $port && $source eq $victim) {
    ($is_asked, $between) = (1, 0);
  } elsif ($from == $port && $target ne $victim) {
    $between += $bytes;
    $is_beside = 1;
  } elsif ($from == $port && $is_asked && $is_beside) {
    print "$between\n";
    ($is_asked, $left) = (0, $left - 1);
  }
}
my ($packets, $lost) = unpack("LL", getsockopt($tap, SOL_PACKET, PACKET_STATISTICS));
print "lost $lost\n";
