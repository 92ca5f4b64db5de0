# What the window says. One file for each language, with the same messages.
# Names, letters, words and numbers come in as variables.

## Everywhere

ok = OK
cancel = Abbrechen
close = Schließen
you = { $name } (du)
points = { $count ->
    [one] { $count } Punkt
   *[other] { $count } Punkte
}
list-of-two = { $first } und { $last }
quoted = „{ $word }“

## Failures of the whole program

cannot-start = dhangkanna kann nicht starten
cannot-go-on = In diesem Raum geht es nicht weiter
back-to-lobby = Zurück zur Lobby
went-wrong = Etwas ist schiefgegangen
engine-stopped = Das Innenleben des Spiels ist stehen geblieben. Dein Raum bleibt erhalten; schließ das Fenster und starte neu.

## On the way

opening = { $room } wird eröffnet…
joining = Auf dem Weg zu { $room }…
knocking = { $room } ist abgeschlossen. Der Host wird gefragt, ob du reindarfst…
leaving = Du gehst…
good-bye = Tschüss!

## The lobby

lobby-about = Hangman für alle in diesem Netz
lobby-record = Du hast { $played ->
    [one] { $played } Runde
   *[other] { $played } Runden
} gespielt und { $won ->
    [one] { $won } Wort
   *[other] { $won } Wörter
} gefunden, Rekord: { $best } in Folge.
lobby-hardest = Deine schwersten Buchstaben: { $letters }.
lobby-name = Dein Name
name-empty = Ein Name braucht mindestens ein sichtbares Zeichen.
name-too-long = Ein Name hat höchstens 24 Zeichen.
name-control = Ein Name hat keine Steuerzeichen.
lobby-host = Spiel eröffnen
lobby-rooms = Räume in diesem Netz
lobby-empty = Noch kein Raum
lobby-empty-more = Räume erscheinen hier von selbst. Eröffne einen, oder bitte jemanden im selben Netz darum. Taucht der Raum nicht auf, komm unten über seine Adresse hinein.
lobby-players = { $count ->
    [one] { $count } Spieler
   *[other] { $count } Spieler
}
lobby-hosts = bei { $host }
lobby-state-lobby = wartet auf die erste Runde
lobby-state-playing = es wird geraten
lobby-state-between = zwischen zwei Runden
lobby-locked = verschlossen: du musst klopfen
lobby-join = Mitspielen
lobby-join-name = Bei { $room } mitspielen
lobby-why-not = Geht nicht: { $why }.
lobby-kept = Räume, in die du zurückkannst
lobby-played = gespielt { $ago }
lobby-back = Zurückkehren
lobby-back-name = Zu { $room } zurückkehren
lobby-forget = Vergessen
lobby-forget-name = { $room } vergessen
lobby-forget-more = Löscht die Datei des Raums auf diesem Rechner
ago-now = gerade eben
ago-minutes = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
}
ago-hours = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
ago-days = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}
lobby-address = Über eine Adresse
lobby-go = Los
lobby-joined-before = Schon besucht:
lobby-bad-address = Eine Adresse sieht so aus: 10.0.0.5:40123 oder [fe80::1%2]:40123.
lobby-listens = Dieser Rechner ist erreichbar unter { $address }
lobby-version = Version { $version }

## A room

room-leave = Verlassen
room-history = Verlauf
room-address-more = Über diese Adresse können andere mitspielen
room-talk = Plaudern
room-talk-new = Plaudern ({ $count } neu)
room-guesses = Versuche
room-one-copy = Dein letzter Versuch ist nur auf einem Rechner, bis die anderen aufgeholt haben.

## The board

board-ready = Bereit, wenn ihr es seid
board-choose = Such Spielart und Wörter aus und starte das Spiel.
board-owner-starts = { $owner } startet das Spiel.
board-given-up = { $who } hat eine neue Runde begonnen. Das Wort war „{ $secret }“.
board-match = { $mode } · Runde { $round } von { $rounds }
board-round = Runde { $round }
board-the-setter = Jemand
board-found-it = Gefunden! Es war „{ $secret }“.
board-won = Ihr habt es gefunden!
board-lost = Oh nein! Es war „{ $secret }“.
board-void = Diese Runde zählt für niemanden: { $why }.
board-it-was = Es war „{ $secret }“.
board-set-it = Such ein Wort für die anderen aus!
board-setting = { $setter } sucht ein Wort aus…
board-revealing = { $setter } zeigt das Wort…
board-watching = Du siehst zu. { $left }
board-others-guess = Die anderen raten. { $left }
board-my-turn = Du bist dran! { $left }
board-turn = { $who } ist dran. { $left }
board-nobody = Niemand ist da, um zu raten
board-first = { $left } Tippe oder klicke einen Buchstaben!
balloons-left = { $count ->
    [one] Nur noch ein Ballon!
   *[other] Noch { $count } Ballons.
}
board-seconds = { $seconds } s
board-seconds-left = { $seconds ->
    [one] noch { $seconds } Sekunde
   *[other] noch { $seconds } Sekunden
}
mask = Wort: { $cells }
mask-blank = Lücke
mask-space = Leerzeichen
void-too-slow = wer das Wort vorgab, war zu langsam
void-setter-gone = wer das Wort vorgab, war weg
void-given-up = wer das Wort vorgab, hat aufgegeben
void-false = die Antworten zum Wort waren falsch
void-stopped = sie wurde abgebrochen

## What just happened

told-time-mine = Deine Zeit war um.
told-time = Die Zeit von { $who } war um.
told-cannot-play = { $who } kann gerade nicht, also geht es weiter.
told-gone = { $who } ist weg.
told-here = { $who } ist da.
told-owner-gone = { $old } ist weg: Der Raum gehört jetzt { $new }.
told-owner-gone-mine = { $old } ist weg: Der Raum gehört jetzt dir.
told-owner-passed = { $old } hat den Raum an { $new } übergeben.
told-owner-passed-mine = { $old } hat dir den Raum übergeben.
told-letter = { $count ->
    [0] { $me ->
        [yes] Du hast { $letter } probiert. Peng!
       *[no] { $who } hat { $letter } probiert. Peng!
    }
    [1] { $me ->
        [yes] Du hast { $letter } gefunden.
       *[no] { $who } hat { $letter } gefunden.
    }
    [2] { $me ->
        [yes] Du hast { $letter } gefunden, zweimal.
       *[no] { $who } hat { $letter } gefunden, zweimal.
    }
   *[other] { $me ->
        [yes] Du hast { $letter } gefunden, { $count }-mal.
       *[no] { $who } hat { $letter } gefunden, { $count }-mal.
    }
}
told-hint = { $me ->
    [yes] Du hast dir einen Tipp geholt: { $letter }.
   *[no] { $who } hat sich einen Tipp geholt: { $letter }.
}
told-knew = { $me ->
    [yes] Du hast es gewusst: „{ $word }“!
   *[no] { $who } hat es gewusst: „{ $word }“!
}
told-said = { $me ->
    [yes] Du hast „{ $word }“ gesagt. Peng!
   *[no] { $who } hat „{ $word }“ gesagt. Peng!
}

## The keys

why-watching = Du siehst nur zu. Zum Mitraten wähle „Mitspielen“.
why-setter = Das Wort ist von dir, jetzt raten die anderen.
why-turn = { $who } ist dran.
why-language = { $letter } kommt in der Sprache dieses Worts nicht vor.
why-tried = { $letter } wurde schon probiert.
key-free = Buchstabe { $letter }
key-pending = Buchstabe { $letter }, unterwegs
key-hit = Buchstabe { $letter }, Treffer
key-miss = Buchstabe { $letter }, daneben
hint = Tipp
hint-free = Zeigt gratis einen Buchstaben
hint-paid = Zeigt einen Buchstaben und kostet einen Ballon
hint-last = Für den letzten Ballon gibt es keinen Tipp
hint-for-free = Tipp (gratis)
hint-for-balloon = Tipp (−1 Ballon)
solve-label = Weißt du es?
solve-text = ganzes Wort
solve = Lösen
solve-wait = Warte, bis du dran bist.
solve-shape = { $typed ->
    [one] Das ist { $typed } Buchstabe
   *[other] Das sind { $typed } Buchstaben
}; hier sind es { $hidden }.
solve-letters = Diese Buchstaben gibt es im Alphabet des Worts nicht.

## Kanna

kanna-waits = Kanna schwebt unter sechs Ballons und wartet auf die erste Runde
kanna-won = Kanna breitet die Flügel aus: Das Wort ist gefunden
kanna-lost = Kanna sitzt in einer Pfütze: Alle Ballons sind weg
kanna-floats = { $count ->
    [one] Kanna schwebt unter ihrem letzten Ballon
   *[other] Kanna schwebt unter { $count } Ballons
}
pop-letter = Peng! { $what }, geraten von { $who }
pop-hint = Peng! Ein Tipp für { $who }

## The players

players = Spieler ({ $count })
leads-more = Leader des Clusters
role-leads = Leader
role-owner = Host
role-sets = gibt das Wort vor
role-watches = sieht zu
role-ready = bereit
role-away = weg
remove-title = { $name } entfernen?
remove-more = Die Person erfährt davon und kann erst zurück, wenn du sie wieder einlässt.
remove-not = Darf bleiben
remove = Entfernen
removed = { $name } wurde entfernt
let-in-again = Wieder einlassen
mute = Stumm schalten
unmute = Wieder hören
give-room = Den Raum übergeben
remove-ask = Aus dem Raum entfernen…
more-about = Mehr zu { $name }
knock = { $name } möchte herein.
let-in = Einlassen
refuse = Jetzt nicht
guesses-none = Noch hat niemand geraten.
guess-hint = Tipp
guess-hit = Treffer
guess-solved = gelöst
guess-miss = daneben

## Setting up

next-round = Nächste Runde
take-seat = Mitspielen
stop-ask = Spiel beenden…
stop-title = Das Spiel beenden?
stop-between = Die Punkte bis jetzt gelten.
stop-now = Die Punkte bis jetzt gelten, und diese Runde zählt für niemanden.
stop-not = Weiterspielen
stop = Spiel beenden
match-over = Das Spiel ist aus
streak = Gemeinsam gefundene Wörter in Folge: { $now }, Rekord: { $best }
mode-together = Gemeinsam
mode-together-more = Ein Team: Alle raten, wann sie wollen.
mode-turns = Reihum
mode-turns-more = Reihum je ein Versuch, auf Zeit. Buchstaben bringen Punkte.
mode-setter = Wortgeber
mode-setter-more = Wer dran ist, gibt das Wort vor, die anderen raten. Es geht reihum.
level = Stufe
level-chosen = Stufe: { $level }
level-any = Egal
level-easy = Leicht
level-normal = Mittel
level-hard = Schwer
rounds = Runden
turn-seconds = Sekunden je Zug
locked = Fremde müssen anklopfen
pack-language = Sprache
pack-words = Wörter
pack-all = Alle
start = Spiel starten
start-anyway = Trotzdem starten
not-ready-one = { $who } ist noch nicht bereit.
not-ready = { $count } von euch sind noch nicht bereit.
too-few = Dafür braucht es zwei: Warte, bis jemand kommt.
nobody = Niemand
owner-sets-up = { $owner } bereitet das nächste Spiel vor: { $mode }, { $rounds ->
    [one] { $rounds } Runde
   *[other] { $rounds } Runden
}, Wörter: { $pack }
ready-waits = Du bist bereit. { $owner } startet das Spiel.
ready-not = Doch noch nicht
ready = Ich bin bereit
watch = Nur zusehen

## Setting a word

set-title = Du gibst das Wort vor. Sonst sieht es niemand.
set-own = Oder dein eigenes
set-clue = Hinweis (oder keiner)
set = Festlegen
set-chosen = Dein Wort: { $word }
set-watch = Die anderen raten. Dein Programm antwortet für dich und zeigt am Ende das Wort.

## Talk

talk-none = Noch hat niemand etwas gesagt.
talk-say = Sag etwas
talk-too-long = Eine Nachricht hat höchstens 200 Zeichen.
talk-control = Eine Nachricht hat keine Steuerzeichen.
react-cheer = Hurra
react-laugh = Haha
react-gasp = Oh!
react-think = Hm
react-sad = Oje
react-heart = Wie schön

## The rounds so far

history = Die Runden bis jetzt
history-none = Noch ist keine Runde zu Ende.
history-round = Runde
history-title = { $number }: { $secret } ({ $end })
history-lost = verloren
history-won = gewonnen
history-back = Zurück
history-on = Weiter
history-step = { $step } von { $steps }
history-guessed = { $who }: { $letter }
history-said = { $who }: „{ $word }“
history-hint = { $who } holt einen Tipp: { $letter }
history-entry = { $what } — { $worth }, Eintrag { $index } im Log
history-beginning = Der Anfang

## Trouble

choosing-leader = Ein neuer Leader wird gewählt…
reconnecting = Verbinde neu…
stalled-answering = Die anderen antworten, aber noch kann kein Leader gewählt werden.
stalled = Nicht erreichbar: { $names }.
stalled-alone = Nicht erreichbar: { $names }. Ist dieser Rechner noch im Netz?
stalled-more = Deine Versuche warten auf sie. Kommen sie nicht wieder, könnt ihr ohne sie weiterspielen.
stalled-may-lose = Dabei können die letzten Versuche verloren gehen.
continue = Ohne sie weiterspielen
elsewhere = { $name } hat ohne dich weitergespielt.
elsewhere-more = Das Spiel geht in einem anderen Raum weiter. Folge, um dort mitzuspielen; was hier seitdem geschah, bleibt zurück.
follow = Folgen

## The cluster

node = Dieser Knoten
node-more = Der Leader ordnet das Log, Follower stimmen ab, Learner folgen nur. Alle spielen mit.
node-leader = Leader
node-cut-off = Leader, abgeschnitten
node-follower = Follower
node-candidate = Kandidat
node-learner = Learner
leader = Leader
leader-more = Wessen Knoten jetzt das Log ordnet
leader-none = keiner
term = Term
term-more = Zählt die Wahlen dieses Clusters
applied = Angewendet
applied-more = Index des letzten Log-Eintrags in diesem Spiel
voters = Stimmen
voters-of = { $voters } von { $members }
voters-more = Wie viele Mitglieder abstimmen
quorum = Quorum
quorum-more = Ob die Mehrheit der Stimmen erreichbar ist
yes = ja
no = nein

## Settings

settings = Einstellungen
settings-language = Sprache
settings-system = Wie das System
settings-look = Farben
look-light = Hell
look-dark = Dunkel
look-contrast = Hoher Kontrast
settings-size = Größe
settings-volume = Töne: { $percent } %
settings-silent = Stumm
settings-quieter = Leiser
settings-louder = Lauter
settings-calm = Nichts bewegt sich
settings-awake = Bildschirm anlassen, solange eine Runde läuft
about = Über dhangkanna
about-free = Freie Software (MIT oder Apache-2.0), gemacht für die Leute in einem Netz. Die Bibliotheken darin und ihre Lizenzen stehen in THIRD-PARTY.txt, die dem Programm beiliegt.
about-keys = Tasten
about-keys-more = Buchstaben: raten. Tab und Umschalt+Tab: zum nächsten Bedienelement und zurück; Eingabe oder Leertaste: drücken. Escape: eine Seite schließen. Strg und + oder -: größer oder kleiner. F11: Vollbild.
about-logs = Protokolldateien:
about-data = Deine Räume und Einstellungen:
about-logs-at = Was geschah, steht in den Protokolldateien: { $folder }
about-copy = Kopieren
about-licences = Bilder, Wörter und Schriften
settings-private = dhangkanna spricht mit den Rechnern in deinen Räumen und mit sonst niemandem. Es zählt und meldet nichts.

## Raft zusehen

raft = Raft bei der Arbeit
raft-open = Raft zusehen
raft-save = Ereignisse speichern
raft-save-more = Schreibt in eine Textdatei, was geschehen ist.
raft-facts = Dieser Knoten: { $role } · Term { $term } · Log { $log }, bestätigt { $committed }, angewendet { $applied }
ring-spoken = { $members } Mitglieder, { $voters } davon stimmen ab; Leader: { $leader }; Term { $term }.
ring-away = weg
ring-leads = Leader
ring-behind = { $count ->
    [0] auf dem Stand
    [one] { $count } Eintrag zurück
   *[other] { $count } Einträge zurück
}
ring-heartbeat = Herzschlag
ring-entries = Log-Einträge
ring-vote = Stimme
ring-answer = Antwort
ring-votes = V: stimmt ab
ring-learns = L: lernt
latency-title = Von deinem Klick, bis alle einig sind
latency-none = Noch nichts: Rate einen Buchstaben oder sag etwas.
latency = zuletzt { $last } ms · Median von { $count }: { $median } ms · höchstens { $worst } ms
events = Was geschah
event = Term { $term }: { $what }
event-seconds = vor { $count } s
event-minutes = vor { $count } min
event-opened = Dieser Knoten hat seinen Platz eingenommen.
event-campaigns = Dieser Knoten hört von keinem Leader und bittet um Stimmen.
event-won = { $who } hat die Wahl mit { $votes } von { $of } Stimmen gewonnen.
event-leads = { $who } ist Leader.
event-no-leader = { $who } ist nicht mehr Leader; noch niemand sonst.
event-joined = { $who } kam dazu.
event-left = { $who } ist gegangen.
event-votes = { $who } stimmt jetzt mit ab.
event-learns = { $who } stimmt nicht mehr mit ab.
event-away = { $who } antwortet nicht.
event-back = { $who } ist nach { $seconds } s zurück.
event-quorum-lost = Keine Mehrheit antwortet: Nichts kann entschieden werden.
event-quorum-back = Nach { $seconds } s antwortet wieder eine Mehrheit.

## Ein Raum, der nicht zu finden ist

find = Kein Raum zu finden?
find-looking = Das Netz dieses Rechners wird geprüft…
find-again = Noch einmal prüfen
find-no-network = Dieser Rechner ist in keinem Netz. Verbinde ihn mit dem WLAN oder Kabel, das auch die anderen benutzen.
find-only-virtual = Dieser Rechner hat nur ein VPN oder ein virtuelles Netz. Verbinde ihn mit dem Netz der anderen; oder wähle es unten aus, wenn auch sie im VPN sind.
find-no-multicast = Was an alle geht, kommt nicht einmal auf diesem Rechner an: Eine Firewall oder ein VPN verschluckt es. Schalte das VPN aus oder lass dhangkanna durch die Firewall.
find-no-port = Dieser Rechner erreicht sein eigenes Spiel nicht: Eine Firewall ist im Weg. Lass dhangkanna durch.
find-alone = Auf diesem Rechner ist alles in Ordnung, aber sonst antwortet niemand. Sind die anderen im selben Netz? Gastnetze trennen die Rechner: Nimm ein anderes oder den Hotspot eines Telefons.
find-fine = Hier ist alles in Ordnung. Fehlt ein Raum, sieh diese Seite auf dem Rechner an, der ihn eröffnet hat, oder komm über seine Adresse hinein.
find-check-none = Kein Netz wird benutzt.
find-check-network = In einem Netz: { $names }
find-check-multicast = Was an alle geht, kommt an (mDNS, UDP 5353).
find-check-no-multicast = Was an alle geht, kommt nicht an (mDNS, UDP 5353).
find-check-port = Das Spiel ist zu erreichen (TCP { $port }).
find-check-no-port = Das Spiel ist nicht zu erreichen (TCP { $port }).
find-check-others = { $count ->
    [0] Kein anderes Gerät hat geantwortet.
    [one] { $count } anderes Gerät hat geantwortet.
   *[other] { $count } andere Geräte haben geantwortet.
}
find-interfaces = Wo nach Mitspielern gesucht wird
find-interface = { $name }, { $address } ({ $sort })
find-sort-network = Netz
find-sort-virtual = VPN oder virtuell
find-by-itself = dhangkanna wählen lassen
find-firewall = Hat dieser Rechner eine Firewall, lass TCP { $port } und UDP 5353 herein.
find-ufw = Die Firewall ufw ist an. Um das Spiel hereinzulassen: sudo ufw allow { $port }/tcp; sudo ufw allow 5353/udp
find-firewalld = Die Firewall firewalld ist an. Um das Spiel hereinzulassen: sudo firewall-cmd --add-port={ $port }/tcp --add-service=mdns
find-windows = Windows fragt einmal, ob dhangkanna erreichbar sein darf. Wurde das abgelehnt: Einstellungen, Datenschutz und Sicherheit, Windows-Sicherheit, Firewall, App zulassen; dhangkanna für private Netze ankreuzen.
find-mac = macOS fragt einmal, ob dhangkanna Geräte im Netz suchen darf. Wurde das abgelehnt: Systemeinstellungen, Datenschutz & Sicherheit, Lokales Netzwerk; dhangkanna einschalten.
find-address = Andere können auch über deine Adresse beitreten: { $address }

## Was das Programm meldet (auf Englisch sagt es das selbst)

notice-unreachable = Niemand antwortet unter dieser Adresse. Stimmt sie, und lässt dort die Firewall dhangkanna herein?
notice-timeout = Es kam rechtzeitig keine Antwort. Versuch es noch einmal.
notice-no-such-room = Dieser Raum ist nicht zu finden.
notice-version = Dort läuft eine andere Version. Installiert auf beiden Rechnern dieselbe.
notice-busy = Gerade ist zu viel zu tun. Versuch es gleich noch einmal.
notice-in-room = Verlass zuerst den Raum, in dem du bist.
notice-not-in-room = Eröffne zuerst einen Raum, oder tritt einem bei.
notice-storage = Auf die Platte kann nicht geschrieben werden. Ist noch Platz?
notice-no-quorum = Keine Mehrheit der Mitspieler ist zu erreichen.
notice-ambiguous = Mehrere Räume heißen so. Wähle einen in der Liste.
notice-twin = Eine Kopie dieses Profils spielt dort auf einem anderen Rechner. Starte eines davon mit einem anderen --profile.
notice-replaced = Dieses Profil spielt jetzt auf einem anderen Rechner; dieser Platz wurde aufgegeben.
notice-room-full = Der Raum ist voll.
notice-full = Am Tisch ist kein Platz mehr.
notice-bad-name = Dieser Name geht nicht: höchstens 24 Zeichen, und mindestens ein sichtbares.
notice-removed = Der Host hat dich aus diesem Raum entfernt.
notice-not-let-in = Du wurdest nicht hereingelassen.
notice-too-fast = Das ging zu schnell. Warte einen Augenblick.
notice-old-rules = Jemand im Raum hat eine ältere Version, die das nicht kann.
notice-still-played = In diesem Raum wird noch gespielt.
notice-nowhere = Niemand hat ohne dich weitergespielt.
notice-stopped = Das Programm wird gerade beendet.
notice-bad-pack = Diese Datei ist kein brauchbares Wortpaket.
notice-no-such-entry = Dieses Wortpaket hat nicht genug passende Wörter.
notice-bad-secret = Dieses Wort geht nicht: Es braucht mindestens einen Buchstaben, der sich raten lässt.
notice-not-owner = Das darf nur der Host des Raums.
notice-not-ready = Noch nicht alle sind bereit.
notice-too-few = Dafür braucht es mehr Mitspieler.
notice-match-on = Das Spiel läuft schon.
notice-match-changed = Inzwischen hat ein anderes Spiel begonnen.
notice-no-match = Es läuft kein Spiel.
notice-round-on = Die Runde läuft noch.
notice-round-over = Die Runde ist vorbei.
notice-round-changed = Inzwischen hat eine andere Runde begonnen.
notice-not-your-turn = Du bist nicht dran.
notice-you-set-it = Du hast das Wort ausgesucht.
notice-watching = Du schaust nur zu.
notice-no-hint = Jetzt gibt es keinen Tipp.
notice-bad-settings = So lässt sich nicht spielen.
notice-not-in-alphabet = Diesen Buchstaben gibt es in dieser Sprache nicht.
notice-repeat = { $what } wurde schon geraten; es kostet nichts.
notice-pack-added = Das Wortpaket { $what } gehört jetzt dir.
notice-exported = Die Ereignisse stehen in { $what }.
notice-brought-back = Die anderen spielen noch; du wirst zu ihnen zurückgebracht.
notice-left-untold = Du bist gegangen, aber die anderen konnten es nicht erfahren; bei ihnen giltst du als weg.
