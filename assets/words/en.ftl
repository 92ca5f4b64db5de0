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

cannot-start = dhangkanna can’t start
cannot-go-on = This room can’t go on
back-to-lobby = Back to the lobby
went-wrong = Something went wrong
engine-stopped = The game stopped unexpectedly. Your room is saved: close this window and start dhangkanna again.

## On the way

opening = Opening { $room }…
joining = Joining { $room }…
knocking = Asking the owner of { $room } to let you in…
pin-enter = PIN from the owner’s screen
pin-go = Enter
pin-six = A PIN has six digits.
leaving = Leaving…
good-bye = See you!

## The lobby

lobby-about = Hangman for everyone on your network
lobby-record = You’ve played { $played ->
    [one] { $played } round
   *[other] { $played } rounds
} and found { $won ->
    [one] { $won } word
   *[other] { $won } words
}. Best streak: { $best }.
lobby-hardest = Your trickiest letters: { $letters }.
lobby-name = Your name
name-empty = A name needs at least one visible character.
name-too-long = A name can have up to 24 characters.
name-control = A name can’t contain control characters.
name-hidden = A name can’t contain invisible characters.
name-marks = A letter of a name can have two marks at most.
lobby-host = Host a game
lobby-rooms = Rooms on this network
lobby-empty = No rooms yet
lobby-empty-more = Rooms appear here by themselves. Host one, or ask a friend on this network to. Can’t see theirs? Join by address below.
lobby-players = { $count ->
    [one] { $count } player
   *[other] { $count } players
}
lobby-hosts = hosted by { $host }
lobby-met = you have played together
lobby-rival = Others claim to lead this room, too. Ask your friends which one is theirs.
lobby-state-lobby = not started
lobby-state-playing = playing now
lobby-state-between = between rounds
lobby-locked = locked: ask to join
lobby-join = Join
lobby-join-name = Join { $room }
lobby-why-not = Can’t join: { $why }.
lobby-kept = Your rooms
lobby-played = last played { $ago }
lobby-back = Rejoin
lobby-back-name = Rejoin { $room }
lobby-forget = Forget
lobby-forget-name = Forget { $room }
lobby-forget-more = Deletes this room from this computer
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
lobby-pin = PIN
lobby-go = Go
lobby-joined-before = Recent:
lobby-bad-address = Addresses look like 10.0.0.5:40123 or [fe80::1%2]:40123.
lobby-listens = Your address: { $address }
lobby-version = version { $version }

## A room

room-leave = Leave
room-history = History
room-address-more = Share this address so that others can join
room-talk = Chat
room-talk-new = Chat ({ $count } new)
room-guesses = Guesses
room-one-copy = Your last guess is saved on only one computer so far.

## The board

board-ready = Ready when you are
board-choose = Pick a mode and a word pack, then start the game.
board-owner-starts = Waiting for { $owner } to start the game.
board-given-up = { $who } started a new round. The word was “{ $secret }”.
board-match = { $mode } · round { $round } of { $rounds }
board-round = Round { $round }
board-the-setter = The setter
board-found-it = Found! It was “{ $secret }”.
board-won = Found it!
board-lost = Oh no! It was “{ $secret }”.
board-void = This round doesn’t count: { $why }.
board-broken-off = { $why }. Points scored so far count.
board-it-was = It was “{ $secret }”.
board-set-it = Pick a word for the others!
board-setting = { $setter } is picking a word…
board-revealing = { $setter } is revealing the word…
board-watching = You’re watching. { $left }
board-others-guess = The others are guessing. { $left }
board-my-turn = Your turn! { $left }
board-turn = { $who }’s turn. { $left }
board-nobody = No one is here to guess
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
void-too-slow = { $who } took too long
void-setter-gone = { $who } left
void-given-up = { $who } gave up
void-false = { $who }’s answers didn’t match the word
void-stopped = the match was stopped

## What just happened

told-time-mine = You ran out of time.
told-time = { $who } ran out of time.
told-cannot-play = { $who } can’t play right now; the turn passes on.
told-gone = { $who } left.
told-here = { $who } is here.
told-owner-gone = { $old } left. { $new } is the owner now.
told-owner-gone-mine = { $old } left. You’re the owner now.
told-owner-passed = { $old } made { $new } the owner.
told-owner-passed-mine = { $old } made you the owner.
told-owner-again = { $new } is the owner again.
told-owner-again-mine = You’re the owner again.
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
        [yes] You found { $letter } twice.
       *[no] { $who } found { $letter } twice.
    }
   *[other] { $me ->
        [yes] You found { $letter } { $count } times.
       *[no] { $who } found { $letter } { $count } times.
    }
}
told-hint = { $me ->
    [yes] You took a hint: { $letter }.
   *[no] { $who } took a hint: { $letter }.
}
told-knew = { $me ->
    [yes] You solved it: “{ $word }”!
   *[no] { $who } solved it: “{ $word }”!
}
told-said = { $me ->
    [yes] You guessed “{ $word }”. Pop!
   *[no] { $who } guessed “{ $word }”. Pop!
}

## The keys

why-watching = You’re watching. Take a seat to play.
why-setter = You picked this word. The others are guessing it.
why-turn = It’s { $who }’s turn.
why-language = { $letter } isn’t in this word’s alphabet.
why-tried = { $letter } has already been guessed.
key-free = Letter { $letter }
key-pending = Letter { $letter }, sending
key-hit = Letter { $letter }, hit
key-miss = Letter { $letter }, miss
hint = Hint
hint-free = Reveals a letter for free
hint-paid = Reveals a letter and costs a balloon
hint-last = You can’t spend your last balloon on a hint
hint-for-free = Hint (free)
hint-for-balloon = Hint (−1 balloon)
solve-label = Know it?
solve-text = whole word
solve = Solve
solve-wait = Wait for your turn.
solve-shape = { $typed ->
    [one] You typed { $typed } letter
   *[other] You typed { $typed } letters
}; the word has { $hidden }.
solve-letters = Some of these letters aren’t in this word’s alphabet.

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
leads-more = Leader of the cluster
role-leads = leader
role-owner = owner
role-sets = setter
role-watches = watching
role-ready = ready
role-away = away
pin-make = Make a PIN
pin-make-more = Friends who type it come in without asking, even if the room is locked.
pin-shown = PIN { $pin }
pin-new = New PIN
pin-off = Turn off
role-seatless = no seat
someone = Someone ({ $id })
remove-title = Remove { $name }?
remove-more = They’ll be told, and can’t come back until you let them in again.
remove-returns = Under a new name they could come back, unless the room is locked.
remove-lock = Lock the room, too
founder-stays = Whoever founded the room can’t be removed.
remove = Remove
removed = { $name } was removed
let-in-again = Let in again
mute = Mute
unmute = Unmute
give-room = Make owner
take-room = Take the room back
remove-ask = Remove from the room…
more-about = Options for { $name }
knock = { $name } wants to join.
let-in = Let in
refuse = Not now
knocks = { $count } want to join.
knock-met = You have played together.
knock-new = New to you.
let-all-in = Let all in
refuse-all = Refuse all
answer-all-more = Everybody who is waiting, even if they are not shown here.
guesses-none = No guesses yet.
guess-hint = hint
guess-hit = hit
guess-solved = solved
guess-miss = miss

## Setting up

next-round = Next round
next-no-pack = This match’s words are from the pack “{ $pack }”, which isn’t on this computer. Someone who has it can start the next round.
take-seat = Take a seat
stop-ask = Stop match…
stop-title = Stop the match?
stop-between = Everyone keeps their points.
stop-now = Everyone keeps their points, but this round won’t count.
stop-not = Keep playing
stop = Stop match
match-over = The match is over
streak = Team streak: { $now } (best { $best })
mode-together = Together
mode-together-more = One team: guess whenever you like.
mode-turns = Turns
mode-turns-more = Take turns against the clock. Every letter you find scores.
mode-setter = Setter
mode-setter-more = One player picks the word, the others guess. Players take turns picking.
level = Difficulty
level-any = Any difficulty
level-easy = Easy
level-normal = Normal
level-hard = Hard
rounds = Rounds
turn-seconds = Seconds per turn
locked = Ask me before new players join
pack-language = Language
pack-words = Words
pack-all = All
start = Start the game
start-anyway = Start anyway
not-ready-one = { $who } isn’t ready yet.
not-ready = { $count } players aren’t ready yet.
too-few = You need at least two players. Waiting for someone to join…
nobody = Nobody
owner-sets-up = { $owner } is setting up the next match: { $mode }, { $rounds ->
    [one] { $rounds } round
   *[other] { $rounds } rounds
}, words: { $pack }
ready-waits = You’re ready. Waiting for { $owner } to start.
ready-not = I’m not ready
ready = I’m ready
watch = Just watch

## Setting a word

set-title = Pick the word. Only you can see it.
set-own = Or type your own
set-clue = Clue (optional)
set = Use this word
set-chosen = Your word: { $word }
set-watch = dhangkanna answers for you and shows the word at the end.

## The chat

talk-none = No messages yet.
talk-say = Say something
talk-too-long = A message can have up to 200 characters.
talk-control = A message can’t contain control characters.
react-cheer = Hooray
react-laugh = Ha ha
react-gasp = Oh!
react-think = Hmm
react-sad = Oh no
react-heart = Lovely

## The rounds so far

history = Rounds so far
history-none = No finished rounds yet.
history-round = Round
history-title = { $number }: { $secret } ({ $end })
history-lost = lost
history-won = won
history-back = Previous
history-on = Next
history-step = { $step } of { $steps }
history-guessed = { $who } guessed { $letter }
history-said = { $who } guessed “{ $word }”
history-hint = { $who } took a hint: { $letter }
history-entry = { $what } — { $worth }, log entry { $index }
history-beginning = Start of the round

## Trouble

choosing-leader = Electing a leader…
reconnecting = Reconnecting…
stalled-answering = The others are there, but can’t elect a leader yet.
stalled = Can’t reach { $names }.
stalled-alone = Can’t reach { $names }. Is this computer still on the network?
stalled-more = Your guesses will wait until they’re back. If they’re gone for good, you can continue without them.
stalled-may-lose = The last few guesses may then be lost.
continue = Continue without them
split = You and { $names } see different games.
split-more = Somebody’s program does not keep to the rules. Compare what you see; whoever is alone with it should leave and join again.
newer-copy = This game goes further with { $names } than on this computer.
newer-copy-more = The file here may be an older copy, from a backup. Whose game goes on?
newer-copy-theirs = Play theirs
newer-copy-own = Play mine
elsewhere = { $name } continued without you.
elsewhere-more = The game goes on in another room. Follow to play there; what has happened here since then stays behind. If you stay, nothing from here is given up.
elsewhere-stay = Stay here
follow = Follow

## The cluster

node = This node
node-more = The leader orders the log, followers vote, learners only receive it. Everyone plays.
node-leader = leader
node-cut-off = leader, cut off
node-follower = follower
node-candidate = candidate
node-learner = learner
leader = Leader
leader-more = The node that orders the log now
leader-none = none
term = Term
term-more = Goes up with every election
applied = Applied
applied-more = Index of the last log entry applied to the game
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
settings-system = Same as system
settings-look = Colours
look-light = Light
look-dark = Dark
look-contrast = High contrast
settings-size = Size
settings-volume = Sounds: { $percent } %
settings-silent = Silent
settings-quieter = Quieter
settings-louder = Louder
settings-calm = Reduce motion
settings-calm-system = Your system asks for less motion.
settings-awake = Keep the screen on during a round
about = About
about-free = Free software (MIT or Apache-2.0). THIRD-PARTY.txt, which comes with the program, lists its libraries and their licences.
about-keys = Keyboard
about-keys-more = Letters: guess. Tab and Shift+Tab: next and previous control; Enter or Space: press it. Escape: close a page. Ctrl and + or -: larger or smaller. F11: full screen.
about-logs = Log files:
about-data = Your rooms and settings:
about-logs-at = Details are in the log files: { $folder }
about-copy = Copy
about-licences = Pictures, words and fonts
settings-private = dhangkanna talks only to the computers in your rooms. No tracking, no telemetry.

## Watching Raft

raft = Raft at work
raft-open = Watch Raft
raft-save = Save events
raft-save-more = Saves the events to a text file
raft-facts = This node: { $role } · term { $term } · log { $log }, committed { $committed }, applied { $applied }
ring-spoken = { $members ->
    [one] One member
   *[other] { $members } members
}, { $voters ->
    [one] one voter
   *[other] { $voters } voters
}; leader: { $leader }; term { $term }.
ring-away = away
ring-leads = leader
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
latency-title = From your click until everyone agrees
latency-none = Nothing yet: guess a letter or say something.
latency = last { $last } ms · median of { $count }: { $median } ms · worst { $worst } ms
events = Events
event = Term { $term }: { $what }
event-seconds = { $count } s ago
event-minutes = { $count } min ago
event-opened = this node started.
event-campaigns = this node hears from no leader and asks for votes.
event-won = { $who } won the election with { $votes } of { $of } votes.
event-leads = { $who } is the leader.
event-no-leader = { $who } is no longer the leader; nobody has been elected yet.
event-joined = { $who } joined.
event-left = { $who } left.
event-votes = { $who } has a vote now.
event-learns = { $who } no longer has a vote.
event-away = { $who } does not answer.
event-back = { $who } is back after { $seconds } s.
event-quorum-lost = no majority answers: nothing can be decided.
event-quorum-back = a majority answers again, after { $seconds } s.

## A room that is not found

find = Can’t find a room?
find-looking = Checking this computer’s network…
find-again = Look again
find-no-network = This computer isn’t on a network. Connect it to the Wi-Fi or cable that the others use.
find-only-virtual = This computer only has a VPN or a virtual network. Connect it to the others’ network, or choose the VPN below if they are on it too.
find-no-multicast = Multicast isn’t working on this computer: a firewall or a VPN is blocking it. Switch off the VPN, or allow dhangkanna in the firewall.
find-no-port = This computer can’t reach its own game: a firewall is in the way. Allow dhangkanna in the firewall.
find-alone = Everything works on this computer, but nobody else answers. Are the others on the same network? Guest networks keep computers apart: use another one, or a phone’s hotspot.
find-fine = Everything works here. If a room is missing, open this page on the computer that hosts it, or join it by its address.
find-check-none = Not on any network.
find-check-network = On a network: { $names }
find-check-multicast = Multicast works (mDNS, UDP 5353).
find-check-no-multicast = Multicast doesn’t work (mDNS, UDP 5353).
find-check-port = The game can be reached (TCP { $port }).
find-check-no-port = The game can’t be reached (TCP { $port }).
find-check-others = { $count ->
    [0] No other computer or device answered.
    [one] { $count } other computer or device answered.
   *[other] { $count } other computers or devices answered.
}
find-interfaces = Where to look for players
find-interface = { $name }, { $address } ({ $sort })
find-sort-network = network
find-sort-virtual = VPN or virtual
find-by-itself = Choose automatically
find-firewall = If this computer has a firewall, allow TCP { $port } and UDP 5353.
find-ufw = The ufw firewall is on. To allow the game: sudo ufw allow { $port }/tcp; sudo ufw allow 5353/udp
find-firewalld = The firewalld firewall is on. To allow the game: sudo firewall-cmd --add-port={ $port }/tcp --add-service=mdns
find-windows = Windows asks once whether dhangkanna may use the network. If you said no: Settings, Privacy & security, Windows Security, Firewall, Allow an app; tick dhangkanna for private networks.
find-mac = macOS asks once whether dhangkanna may find devices on the network. If you said no: System Settings, Privacy & Security, Local Network; switch dhangkanna on.
find-address = Others can also join you at { $address }
