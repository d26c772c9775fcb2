# A Secret Service of its own on the D-Bus session bus: starts the daemon with a login keyring that a throwaway
# password opens, waits until that keyring is offered, runs the command, with the daemon's process id in the environment,
# and ends the daemon. The name is asked for first: a call to a name without owner would start a second daemon.
call() { dbus-send --session --print-reply --dest="$@" 2>/dev/null; }
ready() {
    call org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets >/dev/null &&
    call org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.ReadAlias string:default |
        grep -q /collection/
}
printf throwaway | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 &
SECRET_SERVICE=$!
export SECRET_SERVICE
for try in $(seq 100); do ready && break; sleep 0.1; done
ready && "$@"
code=$?
kill $SECRET_SERVICE 2>/dev/null
exit $code
