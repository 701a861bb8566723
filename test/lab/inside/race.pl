# perl race.pl MODE SECONDS: an account races the undo script, run as root again and again, for files that are not its own.
# Prints one line of JSON. The folder, its files and the script are made by test/lab/kit/undo-race.ts.
use strict;
use warnings;
use POSIX ();
use Time::HiRes qw(time sleep);

my ($mode, $seconds) = @ARGV;
my ($dir, $account, $hang) = ('/run/lock/race', 33, 100);
my %call = (POSIX::uname())[4] eq 'aarch64'
  ? (renameat2 => 276, inotify_init1 => 26, inotify_add_watch => 27)
  : (renameat2 => 316, inotify_init1 => 294, inotify_add_watch => 254);

# What is raced for, by what the account swaps: it must stay as it is, whatever it is called meanwhile.
my %swapped = (
  links => ['.link', '/srv/race/secret'],
  files => ['.root', "$dir/.root"],
  folders => ['.roots', "$dir/.roots"],
  'folder-links' => ['.folder-link', '/srv/race'],
  fifos => ['.fifo', undef],
);
my ($other, $target) = @{ $swapped{$mode} };

sub exchange {
  my ($one, $two) = @_;
  my $here = -100;
  return syscall($call{renameat2}, $here, $one, $here, $two, 2) == 0;
}

# Follows the script through the names by what it opens, and swaps the one that comes next as fast as it can.
sub attack {
  my ($counter) = @_;
  POSIX::setgid($account);
  $) = "$account $account";
  POSIX::setuid($account);
  chdir $dir or die;
  opendir my $all, '.' or die;
  my $wanted = $mode =~ /^folder/ ? qr/^d\d/ : qr/^f\d/;
  my @names = sort grep { $_ =~ $wanted } readdir $all;
  my %place = map { $names[$_] => $_ } 0 .. $#names;
  my $events = syscall($call{inotify_init1}, 04000);
  my $path = '.';
  syscall($call{inotify_add_watch}, $events, $path, 0x20);
  open my $in, '<&=', $events or die;
  my ($stop, $swaps, $at, $idle) = (0, 0, 0, 0);
  $SIG{TERM} = sub { $stop = 1 };
  until ($stop) {
    my $name = $names[$at];
    # What is right already is passed over by the script.
    chmod(-d $name ? 0700 : 0600, $name);
    for (1 .. 40) {
      $swaps += 2 if exchange($name, $other) && exchange($name, $other);
    }
    my $seen = '';
    if (sysread $in, $seen, 65536) {
      while (length $seen >= 16) {
        my $length = unpack 'x12 L', $seen;
        my $opened = unpack 'Z*', substr $seen, 16, $length;
        $seen = substr $seen, 16 + $length;
        if (defined $place{$opened}) { $at = ($place{$opened} + 1) % @names; $idle = 0; }
      }
    }
    elsif (++$idle > 25) { $at = ($at + 1) % @names; $idle = 0; }
  }
  print {$counter} pack 'Q', $swaps;
  POSIX::_exit(0);
}

my @held;
if (defined $target) { open my $handle, '<', $target or die "$target: $!"; @held = ($handle); }
sub state_of { return join ' ', map { my @s = stat $_; sprintf '%d:%d %o', $s[4], $s[5], $s[2] & 07777 } @held }

pipe my $read, my $write or die;
$write->autoflush(1);
my $attacker = fork;
attack($write) if $attacker == 0;
close $write;

my ($begun, $runs, $wins, $first, $longest, $before) = (time, 0, 0, undef, 0, state_of());
sleep 0.2;
while (time - $begun < $seconds) {
  my $started = time;
  my $child = fork;
  if ($child == 0) {
    POSIX::setpgid(0, 0);
    POSIX::nice(10);
    exec 'sh', '/opt/undo.sh', 'boot';
  }
  my $lost = 0;
  my $look = sub {
    return if $lost || state_of() eq $before;
    $lost = 1;
    $first = time - $begun unless defined $first;
  };
  while (waitpid($child, POSIX::WNOHANG()) == 0) {
    sleep 0.02;
    $look->();
    if (time - $started > $hang) {
      $lost = 1;
      $first = time - $begun unless defined $first;
      kill 'KILL', -$child;
      waitpid $child, 0;
      last;
    }
  }
  $look->();
  $runs += 1;
  my $took = time - $started;
  $longest = $took if $took > $longest;
  next unless $lost;
  $wins += 1;
  if (@held) { my @s = split /[ :]/, $before; chown $s[0], $s[1], $held[0]; chmod oct $s[2], $held[0]; }
}
kill 'TERM', $attacker;
waitpid $attacker, 0;
local $/;
my $counted = <$read>;
my $swaps = length $counted >= 8 ? unpack 'Q', substr $counted, -8 : 0;
printf '{"mode":"%s","runs":%d,"swaps":%d,"wins":%d,"first":%s,"longest":%.1f}' . "\n",
  $mode, $runs, $swaps, $wins, defined $first ? sprintf('%.1f', $first) : 'null', $longest;
