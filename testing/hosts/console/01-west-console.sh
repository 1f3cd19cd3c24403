# SPDX-License-Identifier: GPL-2.0-or-later
# a construct that spans lines is one entry
for word in one two
do
	echo "$word"
done
cat <<END
a here-document, with $((6 * 7)) in it
  and blanks    kept
END
greet() {
	echo "hello, $1"
}
greet west
# a variable and the folder stay
name=cygnet
pwd
cd /etc
echo $name in $PWD
cd - >/dev/null
# the status of what fails is shown
false
sh -c 'exit 42'
no-such-command
(exit 7) || echo "status $?"
# standard error is seen where it was said
sh -c 'echo out; echo err >&2; echo out again'
# long output: much, and wide
seq 1 300
printf '%05000d\n' 7
# a line that is printed over, and one without an end
printf 'first\rlast\n'
printf 'no newline'
# UTF-8, and octets that are none
echo 'Schwäne, лебеди, 白鳥 🦢'
printf 'a\377b\n'
# no output at all, and output of a background process
:
sh -c 'echo from behind & wait'
