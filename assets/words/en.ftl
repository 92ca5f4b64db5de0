# What the window says. One file for each language, with the same messages.
# Names, letters, words and numbers come in as variables.

## Everywhere

ok = OK
cancel = Cancel
close = Close
you = { $name } (you)
points = { $count ->
    [one] { $count } point
   *[other] { $count } points
}
list-of-two = { $first } and { $last }
quoted = “{ $word }”

## Failures of the whole program

cannot-start = dhangkanna cannot start
cannot-go-on = The room cannot go on
back-to-lobby = Back to the lobby
went-wrong = Something went wrong
engine-stopped = Its engine stopped. Your room is kept; close the window and start again.

## On the way

opening = Opening { $room }…
joining = Joining { $room }…
knocking = { $room } is locked. Its owner is asked to let you in…
leaving = Leaving…
good-bye = Good-bye!

## The lobby

lobby-about = Hangman for everyone on this network
lobby-record = You played { $played ->
    [one] { $played } round
   *[other] { $played } rounds
} and found { $won ->
    [one] { $won } word
   *[other] { $won } words
}, at best { $best } in a row.
lobby-hardest = Your hardest letters: { $letters }.
lobby-name = Your name
name-empty = A name needs at least one visible character.
name-too-long = A name has at most 24 characters.
name-control = A name has no control characters.
lobby-host = Host a game
lobby-rooms = Rooms on this network
lobby-empty = No room yet
lobby-empty-more = Rooms show up here by themselves. Host one, or ask a friend on the same network to. If their room does not appear, join by its address below.
lobby-players = { $count ->
    [one] { $count } player
   *[other] { $count } players
}
lobby-hosts = { $host } hosts
lobby-state-lobby = waiting for the first round
lobby-state-playing = guessing now
lobby-state-between = between rounds
lobby-locked = locked, so you have to knock
lobby-join = Join
lobby-join-name = Join { $room }
lobby-why-not = Cannot be joined: { $why }.
lobby-kept = Rooms you can come back to
lobby-played = played { $ago }
lobby-back = Come back
lobby-back-name = Come back to { $room }
lobby-forget = Forget
lobby-forget-name = Forget { $room }
lobby-forget-more = Deletes the room's file on this computer
ago-now = just now
ago-minutes = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
ago-hours = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
ago-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
lobby-address = Join by address
lobby-go = Go
lobby-joined-before = Joined before:
lobby-bad-address = An address looks like 10.0.0.5:40123 or [fe80::1%2]:40123.
lobby-listens = This computer listens at { $address }
lobby-version = version { $version }

## A room

room-leave = Leave
room-history = History
room-address-more = Others can join by this address
room-talk = Talk
room-talk-new = Talk ({ $count } new)
room-guesses = Guesses
room-one-copy = Your last guess is on one computer only until the others catch up.

## The board

board-ready = Ready when you are
board-choose = Choose how to play and what about, and start the game.
board-owner-starts = { $owner } starts the game.
board-given-up = { $who } started a new round. The word was “{ $secret }”.
board-match = { $mode } · round { $round } of { $rounds }
board-round = Round { $round }
board-the-setter = The setter
board-found-it = Found! It was “{ $secret }”.
board-won = You found it!
board-lost = Oh no! It was “{ $secret }”.
board-void = This round counts for nobody: { $why }.
board-it-was = It was “{ $secret }”.
board-set-it = Choose a word for the others!
board-setting = { $setter } is choosing a word…
board-revealing = { $setter } shows the word…
board-watching = You are watching. { $left }
board-others-guess = The others guess. { $left }
board-my-turn = Your turn! { $left }
board-turn = { $who }'s turn. { $left }
board-nobody = Nobody is here to guess
board-first = { $left } Type or click a letter!
balloons-left = { $count ->
    [one] One balloon left!
   *[other] { $count } balloons left.
}
board-seconds = { $seconds } s
board-seconds-left = { $seconds } s left
mask = Word: { $cells }
mask-blank = blank
mask-space = space
void-too-slow = the setter took too long
void-setter-gone = the setter was gone
void-given-up = the setter gave it up
void-false = the setter's answers were false
void-stopped = it was stopped

## What just happened

told-time-mine = Your time was up.
told-time = { $who }'s time was up.
told-cannot-play = { $who } cannot play now: the turn goes on.
told-gone = { $who } is gone.
told-here = { $who } is here.
told-owner-gone = { $old } is gone: { $new } has the room now.
told-owner-gone-mine = { $old } is gone: the room is yours now.
told-owner-passed = { $old } gave the room to { $new }.
told-owner-passed-mine = { $old } gave you the room.
told-letter = { $count ->
    [0] { $me ->
        [yes] You tried { $letter }. Pop!
       *[no] { $who } tried { $letter }. Pop!
    }
    [1] { $me ->
        [yes] You found { $letter }.
       *[no] { $who } found { $letter }.
    }
    [2] { $me ->
        [yes] You found { $letter }, twice.
       *[no] { $who } found { $letter }, twice.
    }
   *[other] { $me ->
        [yes] You found { $letter }, { $count } times.
       *[no] { $who } found { $letter }, { $count } times.
    }
}
told-hint = { $me ->
    [yes] You took a hint: { $letter }.
   *[no] { $who } took a hint: { $letter }.
}
told-knew = { $me ->
    [yes] You knew it: “{ $word }”!
   *[no] { $who } knew it: “{ $word }”!
}
told-said = { $me ->
    [yes] You said “{ $word }”. Pop!
   *[no] { $who } said “{ $word }”. Pop!
}

## The keys

why-watching = You are watching: take a seat to guess.
why-setter = You set this word: the others guess it.
why-turn = It is { $who }'s turn.
why-language = { $letter } is not a letter of this word's language.
why-tried = { $letter } was tried already.
key-free = Letter { $letter }
key-pending = Letter { $letter }, on its way
key-hit = Letter { $letter }, hit
key-miss = Letter { $letter }, miss
hint = Hint
hint-free = Shows a letter, for free
hint-paid = Shows a letter, and costs a balloon
hint-last = The last balloon buys no hint
hint-for-free = Hint (free)
hint-for-balloon = Hint (−1 balloon)
solve-label = Know it?
solve-text = whole word
solve = Solve
solve-wait = Wait for your turn.
solve-shape = { $typed ->
    [one] That is { $typed } letter
   *[other] That is { $typed } letters
}; here are { $hidden }.
solve-letters = These letters are not in the word's alphabet.

## Kanna

kanna-waits = Kanna floats under six balloons and waits for the first round
kanna-won = Kanna spreads her wings: the word is found
kanna-lost = Kanna sits in a puddle: all balloons are gone
kanna-floats = { $count ->
    [one] Kanna floats under her last balloon
   *[other] Kanna floats under { $count } balloons
}
pop-letter = Pop! { $what }, guessed by { $who }
pop-hint = Pop! A hint for { $who }

## The players

players = Players ({ $count })
leads-more = Leads the cluster
role-leads = leads
role-owner = owner
role-sets = sets the word
role-watches = watches
role-ready = ready
role-away = away
remove-title = Remove { $name }?
remove-more = They are told, and cannot come back until you let them in again.
remove-not = Keep them
remove = Remove
removed = { $name } was removed
let-in-again = Let in again
mute = Mute
unmute = Hear again
give-room = Give them the room
remove-ask = Remove from the room…
more-about = More about { $name }
knock = { $name } wants to come in.
let-in = Let in
refuse = Not now
guesses-none = Nobody has guessed yet.
guess-hint = hint
guess-hit = hit
guess-solved = solved
guess-miss = miss

## Setting up

next-round = Next round
take-seat = Take a seat
stop-ask = Stop the match…
stop-title = Stop the match?
stop-between = The points so far stand.
stop-now = The points so far stand, and this round counts for nobody.
stop-not = Play on
stop = Stop it
match-over = The match is over
streak = Words found together in a row: { $now }, at best { $best }
mode-together = Together
mode-together-more = One team: anyone guesses at any time.
mode-turns = Turns
mode-turns-more = One guess each in turn, against the clock. Letters are points.
mode-setter = Setter
mode-setter-more = One sets the word, the others guess it. It goes round.
level = Level
level-chosen = Level: { $level }
level-any = Any
level-easy = Easy
level-normal = Normal
level-hard = Hard
rounds = Rounds
turn-seconds = Seconds a turn
locked = Strangers have to knock
pack-language = Language
pack-words = Words
pack-all = All
start = Start the game
start-anyway = Start anyway
not-ready-one = { $who } is not ready yet.
not-ready = { $count } of you are not ready yet.
too-few = It takes two players: wait for somebody to join.
nobody = Nobody
owner-sets-up = { $owner } sets up the next match: { $mode }, { $rounds ->
    [one] { $rounds } round
   *[other] { $rounds } rounds
}, words: { $pack }
ready-waits = You are ready. { $owner } starts the game.
ready-not = Not ready after all
ready = I'm ready
watch = Only watch

## Setting a word

set-title = You set the word. Nobody else sees it.
set-own = Or your own
set-clue = Its clue (or none)
set = Set it
set-chosen = Your word: { $word }
set-watch = The others guess. Your program answers for you, and shows the word at the end.

## Talk

talk-none = Nobody has said anything yet.
talk-say = Say something
talk-too-long = A message has at most 200 characters.
talk-control = A message has no control characters.
react-cheer = Hooray
react-laugh = Ha ha
react-gasp = Oh!
react-think = Hm
react-sad = Oh no
react-heart = Lovely

## The rounds so far

history = Rounds so far
history-none = No round has come to its end yet.
history-round = Round
history-title = { $number }: { $secret } ({ $end })
history-lost = lost
history-won = won
history-back = Step back
history-on = Step on
history-step = { $step } of { $steps }
history-guessed = { $who } guessed { $letter }
history-said = { $who } said “{ $word }”
history-hint = { $who } took a hint: { $letter }
history-entry = { $what } — { $worth }, entry { $index } of the log
history-beginning = The beginning

## Trouble

choosing-leader = Choosing a new leader…
reconnecting = Reconnecting…
stalled-answering = The others answer, but no leader can be chosen yet.
stalled = { $names } cannot be reached.
stalled-alone = { $names } cannot be reached. Is this computer still on the network?
stalled-more = Your guesses wait until they are back. If they are gone for good, you can go on without them.
stalled-may-lose = The last guesses may then be lost.
continue = Continue without them
elsewhere = { $name } went on without you.
elsewhere-more = The game continues in another room. Follow to play there; what happened here since stays behind.
follow = Follow

## The cluster

node = This node
node-more = Leaders order the log, followers vote, learners just follow. All of them play.
node-leader = leader
node-cut-off = leader, cut off
node-follower = follower
node-candidate = candidate
node-learner = learner
leader = Leader
leader-more = Whose node orders the log now
leader-none = none
term = Term
term-more = Counts the elections of this cluster
applied = Applied
applied-more = Index of the last log entry in this game
voters = Voters
voters-of = { $voters } of { $members }
voters-more = How many members vote
quorum = Quorum
quorum-more = Whether a majority of the voters can be reached
yes = yes
no = no

## Settings

settings = Settings
settings-language = Language
settings-system = As the system
settings-look = Colours
look-light = Light
look-dark = Dark
look-contrast = High contrast
settings-size = Size
settings-volume = Sounds: { $percent } %
settings-silent = Silent
settings-quieter = Quieter
settings-louder = Louder
settings-calm = Nothing moves
settings-awake = Keep the screen on while a round is on
about = About
about-free = Free software (MIT or Apache-2.0), made for the people on one network. The libraries in it and their licences are listed in THIRD-PARTY.txt, which comes with the program.
about-keys = Keys
about-keys-more = Letters: guess. Tab and Shift+Tab: to the next control and back; Enter or Space: press it. Escape: close a page. Ctrl and + or -: larger or smaller. F11: full screen.
about-logs = Log files:
about-data = Your rooms and settings:
about-logs-at = What happened is in the log files: { $folder }
about-copy = Copy
about-licences = Pictures, words and fonts
settings-private = dhangkanna talks to the computers in your rooms and to nobody else. It counts and reports nothing.

## Watching Raft

raft = Raft at work
raft-open = Watch Raft
raft-save = Save the events
raft-save-more = Writes what happened into a text file.
raft-facts = This node: { $role } · term { $term } · log { $log }, committed { $committed }, applied { $applied }
ring-spoken = { $members } members, { $voters } of them vote; leader: { $leader }; term { $term }.
ring-away = away
ring-leads = leads
ring-behind = { $count ->
    [0] up to date
    [one] { $count } entry behind
   *[other] { $count } entries behind
}
ring-heartbeat = heartbeat
ring-entries = log entries
ring-vote = vote
ring-answer = answer
ring-votes = V: votes
ring-learns = L: learns
latency-title = From your click until all is agreed
latency-none = Nothing yet: guess a letter or say something.
latency = last { $last } ms · median of { $count }: { $median } ms · worst { $worst } ms
events = What happened
event = Term { $term }: { $what }
event-seconds = { $count } s ago
event-minutes = { $count } min ago
event-opened = this node took its seat.
event-campaigns = this node hears of no leader, and asks for votes.
event-won = { $who } won the election with { $votes } of { $of } votes.
event-leads = { $who } leads.
event-no-leader = { $who } does not lead any more; nobody does yet.
event-joined = { $who } joined.
event-left = { $who } left.
event-votes = { $who } has a vote now.
event-learns = { $who } has no vote any more.
event-away = { $who } does not answer.
event-back = { $who } is back after { $seconds } s.
event-quorum-lost = no majority answers: nothing can be decided.
event-quorum-back = a majority answers again, after { $seconds } s.

## A room that is not found

find = Can't find a room?
find-looking = Looking at this computer's network…
find-again = Look again
find-no-network = This computer is in no network. Connect it to the Wi-Fi or the cable that the others use.
find-only-virtual = This computer has only a VPN or a virtual network. Connect it to the others' network; or, if they are in the VPN, too, choose it below.
find-no-multicast = What is sent to everyone does not even arrive on this computer: a firewall or a VPN swallows it. Switch the VPN off, or let dhangkanna through the firewall.
find-no-port = This computer cannot reach its own game: a firewall is in the way. Let dhangkanna through.
find-alone = All is well on this computer, but nobody else answers. Are the others in the same network? Guest networks keep computers apart: use another one, or a phone's hotspot.
find-fine = All is well here. If a room is missing, look at this page on the computer that hosts it, or join it by its address.
find-check-none = No network is used.
find-check-network = In a network: { $names }
find-check-multicast = What is sent to everyone arrives (mDNS, UDP 5353).
find-check-no-multicast = What is sent to everyone does not arrive (mDNS, UDP 5353).
find-check-port = The game can be reached (TCP { $port }).
find-check-no-port = The game cannot be reached (TCP { $port }).
find-check-others = { $count ->
    [0] No other computer or device answered.
    [one] { $count } other computer or device answered.
   *[other] { $count } other computers or devices answered.
}
find-interfaces = Where to look for players
find-interface = { $name }, { $address } ({ $sort })
find-sort-network = network
find-sort-virtual = VPN or virtual
find-by-itself = Let dhangkanna choose
find-firewall = If this computer has a firewall, let TCP { $port } and UDP 5353 in.
find-ufw = The firewall ufw is on. To let the game in: sudo ufw allow { $port }/tcp; sudo ufw allow 5353/udp
find-firewalld = The firewall firewalld is on. To let the game in: sudo firewall-cmd --add-port={ $port }/tcp --add-service=mdns
find-windows = Windows asks once whether dhangkanna may be reached. If that was declined: Settings, Privacy & security, Windows Security, Firewall, Allow an app; tick dhangkanna for private networks.
find-mac = macOS asks once whether dhangkanna may look for devices on the network. If that was declined: System Settings, Privacy & Security, Local Network; switch dhangkanna on.
find-address = Others can also join you by your address: { $address }
