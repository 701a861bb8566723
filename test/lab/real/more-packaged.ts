import type { Packaged } from './real-service.ts'

/** Met when the rules stood: caches, logins, messages, metrics, music, names, pages, queues, speech. */
export const MORE_PACKAGED: Readonly<Record<string, Packaged>> = {
  'valkey-server': {
    use: `word=$(date +%s%N)
printf "SET k $word\\r\\nGET k\\r\\nSAVE\\r\\nQUIT\\r\\n" | nc -w 3 127.0.0.1 6379 | grep -q $word`,
  },
  prometheus: {
    use: `for i in $(seq 20); do
  curl -sf -m 5 'http://127.0.0.1:9090/api/v1/query?query=up' | grep -q '"1"' && exit 0
  sleep 1
done
exit 1`,
  },
  'carbon-cache': {
    setup: 'sed -i s/=false/=true/ /etc/default/graphite-carbon',
    use: `n=m$(date +%s%N)
echo "lab.$n 42 $(date +%s)" >/dev/tcp/127.0.0.1/2003
for i in $(seq 15); do
  test -e /var/lib/graphite/whisper/lab/$n.wsp && exit 0
  sleep 1
done
exit 1`,
  },
  dnsdist: {
    files: {
      '/etc/nsd/lab': '$TTL 60\n@ SOA ns.lab. root.lab. 1 60 60 60 60\n@ NS ns.lab.\nwww A 192.0.2.7\n',
    },
    setup: `printf 'server:\\n ip-address: 127.0.0.1@5300\\nzone:\\n name: lab\\n zonefile: /etc/nsd/lab\\n' >/etc/nsd/nsd.conf
printf 'setLocal("127.0.0.1:53")\\nnewServer("127.0.0.1:5300")\\n' >/etc/dnsdist/dnsdist.conf`,
    beside: ['nsd'],
    use: 'test "$(dig +short +time=2 +tries=2 @127.0.0.1 www.lab A)" = 192.0.2.7',
  },
  freeradius: {
    setup: `sed -i "s/$/ $(hostname)/" /etc/hosts
f=/etc/freeradius/3.0/mods-config/files/authorize
sed -i '1i bob Cleartext-Password := "hello"' $f`,
    use: 'radtest bob hello 127.0.0.1 0 testing123 | grep -q Access-Accept',
  },
  'nats-server': {
    use: `{ printf 'SUB a 1\\r\\nPUB a 4\\r\\npage\\r\\n'; sleep 1; } | nc -w 3 127.0.0.1 4222 | grep -q 'MSG a 1 4'`,
  },
  caddy: {
    files: { '/etc/caddy/Caddyfile': ':8099 {\n root * /srv/www\n file_server\n}\n' },
    setup: 'mkdir -p /srv/www\necho page >/srv/www/page.txt',
    use: 'test "$(curl -sf -m 5 http://127.0.0.1:8099/page.txt)" = page',
  },
  tor: {
    unit: 'tor@default',
    files: { '/etc/tor/torrc': 'SocksPort 9050\nControlPort 9051\nCookieAuthentication 0\n' },
    setup: 'systemctl enable tor',
    use: `printf 'AUTHENTICATE\\r\\nGETINFO version\\r\\nQUIT\\r\\n' | nc -w 3 127.0.0.1 9051 | grep -q version=`,
  },
  minidlna: {
    setup: `mkdir -p /srv/media
echo x >/srv/media/a.mp3
sed -i 's#^media_dir=.*#media_dir=/srv/media#' /etc/minidlna.conf`,
    use: 'curl -sf -m 5 http://127.0.0.1:8200/rootDesc.xml | grep -q MediaServer',
  },
  'mumble-server': {
    use: `printf '' | timeout 5 openssl s_client -connect 127.0.0.1:64738 2>/dev/null | grep -q 'BEGIN CERT'`,
  },
  mpd: {
    setup: 'mkdir -p /var/lib/mpd/music\nsystemctl mask mpd.socket',
    use: `n=l$(date +%s%N)
printf "playlistadd $n http://x/y\\nlistplaylists\\nclose\\n" | nc -w 4 127.0.0.1 6600 | grep -q "playlist: $n"`,
  },
  tomcat10: {
    setup: `mkdir -p /var/lib/tomcat10/webapps/ROOT
printf '<%%= 6*7 %%>' >/var/lib/tomcat10/webapps/ROOT/a.jsp`,
    use: `for i in $(seq 10); do
  curl -sf -m 10 http://127.0.0.1:8080/a.jsp | grep -q 42 && exit 0
  sleep 1
done
exit 1`,
  },
  'pdns-recursor': {
    setup: `printf '10.9.9.9 www.lab\\n' >>/etc/hosts
printf 'recursor:\\n  export_etc_hosts: true\\n' >/etc/powerdns/recursor.d/lab.yml`,
    use: 'test "$(dig +short +time=2 +tries=2 @127.0.0.1 www.lab A)" = 10.9.9.9',
  },
}

/** One root for all of them, so that it is made once. */
export const MORE_PACKAGES: readonly string[] = [
  ...['valkey-server', 'prometheus', 'graphite-carbon', 'dnsdist', 'nsd'],
  ...['freeradius', 'freeradius-utils', 'nats-server', 'caddy', 'tor', 'minidlna'],
  ...['mumble-server', 'mpd', 'tomcat10', 'pdns-recursor'],
  ...['curl', 'netcat-openbsd', 'openssl', 'bind9-dnsutils', 'python3-minimal', 'bsdutils'],
]
