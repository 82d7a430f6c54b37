"""Commands of a policy: what only reads is run, anything else is not."""

import pytest

from rempart.collectors.sca.allowed import refusal
from rempart.collectors.sca.grammar import words
from rempart.collectors.sca.pipelines import NotPlain, segments

READ = r"""
stat -Lc "%n %a %u" /etc/passwd
/usr/bin/stat -L /etc/passwd
sshd -T
sshd -T -C user=root,host=a,addr=10.0.0.1
dpkg-query -W -f='${binary:Package}' aide
systemctl is-enabled ssh
systemctl show -p UnitFileState ssh
systemctl list-units --type=service
sysctl -n net.ipv4.ip_forward
modprobe -n -v cramfs
modprobe --showconfig
lsmod
findmnt -kn /tmp
auditctl -l
nft list ruleset
iptables -L INPUT -v -n
ip6tables -S
ufw status verbose
passwd -S root
passwd -S -a
useradd -D
ip addr show
ip -br link
ss -tulpn
getent passwd root
find /etc -type f -perm /022
grep -Ehr ^PASS /etc/login.defs
awk -F: ($3>=1000){print\ $1} /etc/passwd
sed -n /^a/p /etc/passwd
sort -u -k2 /etc/passwd
journalctl -u ssh -n 5
rpm -qa
rpm -q --queryformat=%{NAME} openssh
dpkg -l
chage --list root
visudo -c
sh -c "ps -ef | grep sshd | wc -l"
sh -c "grep -rE '^deny' /etc/pam.d/*.conf 2>/dev/null || echo none"
sh -c "awk -F: '(\$3 < 1000) { print \$1 }' /etc/passwd"
""".strip().splitlines()
MORE = r"""
rm -rf /
reboot
/tmp/stat /etc
./stat
sshd
sshd -D
sshd -p 2222
sshd -T -f /tmp/evil
sshd -o PermitRootLogin=yes -T
systemctl stop ssh
systemctl daemon-reload
systemctl -Hevil status
systemctl --host=evil status
systemctl -H evil status
journalctl -M x
journalctl --mach=x
sysctl -w net.ipv4.ip_forward=1
sysctl net.ipv4.ip_forward=1
sysctl -ep /tmp/x
modprobe cramfs
modprobe -r -n cramfs
modprobe -C /tmp/x -n y
auditctl -D
auditctl -R /tmp/x
nft flush ruleset
iptables -F
iptables -A INPUT -j ACCEPT
ufw disable
ufw allow 22
passwd root
passwd -d -S root
passwd -l root
useradd -D -s /bin/sh
useradd evil
ip link set lo down
ip netns exec x sh
ip -batch /tmp/x
ss -K
ss -tnD /tmp/x
find / -exec rm {} +
find / -delete
find / -fprint /etc/x
awk BEGIN{system("id")}
awk {print>"/etc/x"}
awk {print|"sh"}
awk "/\"/{print > \"/etc/x\"}" /etc/passwd
awk "{print \"}\" > \"/etc/x\"}" /etc/passwd
awk -f /tmp/x
awk @load"x"
sed -i s/a/b/ /etc/passwd
sed -n w\ /etc/x /etc/passwd
sed s/a/id/e /etc/passwd
sed -n -e p -e w\ /etc/x /etc/passwd
sort -o /etc/x /etc/passwd
sort --outp=/etc/x /etc/passwd
sort -uo /etc/x
uniq /etc/passwd /etc/x
journalctl --rotate
journalctl --rot
journalctl --vacuum-size=1
rpm --eval %(id)
rpm -q --pipe id x
rpm -e bash
rpm -q --queryformat %(id)
dpkg -i x.deb
dpkg --purge x
date -s 2020-01-01
hostname evil
hostname -F /tmp/x
mount /dev/sda1 /mnt
crontab -r
visudo -f /etc/sudoers
lastlog -C -u root
faillock --user root --reset
faillock --user root --res
chronyc makestep
cat /dev/watchdog
head -c1 /d*v/watchdog
grep x /etc/../dev/mem
tail /proc/kmsg
xargs rm
env stat
busybox rm
python3 -c 1
perl -e 1
curl http://127.0.0.1/
openssl s_client
blkid
blkid -p -w /tmp/x
ausearch --checkpoint /tmp/x
apt-cache policy
sh
sh -i
sh /tmp/x
bash -lc id
sh -c "rm x"
sh -c "id; reboot"
sh -c "echo $(reboot)"
sh -c "echo `reboot`"
sh -c "echo a > /etc/x"
sh -c "cat < /etc/x"
sh -c "id & reboot"
sh -c "echo a >>/etc/x"
sh -c "sh -c id"
sh -c "$SHELL"
sh -c "if true; then reboot; fi"
sh -c "PATH=/tmp id"
sh -c "(reboot)"
sh -c "{ reboot; }"
sh -c "echo 'a"
sh -c ""
sh -c "id" x
""".strip("\n").splitlines()


@pytest.mark.parametrize("command", READ)
def test_what_reads_is_run(command: str) -> None:
    assert refusal(words(command)) == ""


@pytest.mark.parametrize("command", MORE)
def test_what_may_do_more_is_not(command: str) -> None:
    assert refusal(words(command))


def test_nothing_is_no_command() -> None:
    assert refusal(())


def test_a_plain_shell_text_is_taken_apart() -> None:
    text = "grep -c 'a|b' \"x y\" 2>/dev/null | wc -l && echo \\$1; true 2>&1"
    assert segments(text) == [
        ["grep", "-c", "a|b", "x y"],
        ["wc", "-l"],
        ["echo", "$1"],
        ["true"],
    ]
    with pytest.raises(NotPlain):
        segments("echo ~root")
