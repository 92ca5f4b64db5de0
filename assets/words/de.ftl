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
engine-stopped = Das Spiel ist unerwartet stehen geblieben. Dein Raum ist gespeichert: Schließ dieses Fenster und starte dhangkanna neu.

## On the way

opening = { $room } wird eröffnet…
joining = Beitritt zu { $room }…
knocking = Der Host von { $room } wird gefragt, ob du reindarfst…
pin-enter = PIN vom Bildschirm des Hosts
pin-go = Eintreten
pin-six = Eine PIN hat sechs Ziffern.
leaving = Der Raum wird verlassen…
good-bye = Tschüss!

## The lobby

lobby-about = Wörterraten für alle in diesem Netz
lobby-record = Du hast { $played ->
    [one] { $played } Runde
   *[other] { $played } Runden
} gespielt und { $won ->
    [one] { $won } Wort
   *[other] { $won } Wörter
} gefunden. Beste Serie: { $best }.
lobby-hardest = Deine schwersten Buchstaben: { $letters }.
lobby-name = Dein Name
name-empty = Ein Name braucht mindestens ein sichtbares Zeichen.
name-too-long = Ein Name darf höchstens 24 Zeichen haben.
name-control = Steuerzeichen sind im Namen nicht erlaubt.
name-hidden = Unsichtbare Zeichen sind im Namen nicht erlaubt.
name-marks = Ein Buchstabe im Namen darf höchstens zwei Zeichen über oder unter sich haben.
lobby-host = Spiel eröffnen
lobby-rooms = Räume in diesem Netz
lobby-empty = Noch keine Räume
lobby-empty-more = Räume erscheinen hier von selbst. Eröffne einen, oder bitte jemanden im selben Netz darum. Fehlt der Raum? Tritt unten über seine Adresse bei.
lobby-players = { $count ->
    [one] { $count } Spieler
   *[other] { $count } Spieler
}
lobby-hosts = bei { $host }
lobby-met = ihr habt schon zusammen gespielt
lobby-rival = Auch andere behaupten, diesen Raum zu leiten. Frag deine Freunde, welcher ihrer ist.
lobby-state-lobby = wartet auf den Start
lobby-state-playing = es wird geraten
lobby-state-between = zwischen zwei Runden
lobby-locked = abgeschlossen: Beitritt auf Anfrage
lobby-join = Mitspielen
lobby-join-name = Bei { $room } mitspielen
lobby-why-not = Beitritt nicht möglich: { $why }.
lobby-kept = Deine Räume
lobby-played = zuletzt gespielt { $ago }
lobby-back = Zurückkehren
lobby-back-name = Zu { $room } zurückkehren
lobby-forget = Vergessen
lobby-forget-name = { $room } vergessen
lobby-forget-more = Löscht diesen Raum auf diesem Rechner
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
lobby-address = Über Adresse beitreten
lobby-pin = PIN
lobby-go = Los
lobby-joined-before = Zuletzt besucht:
lobby-bad-address = Eine Adresse sieht so aus: 10.0.0.5:40123 oder [fe80::1%2]:40123.
lobby-listens = Deine Adresse: { $address }
lobby-version = Version { $version }

## A room

room-leave = Verlassen
room-history = Verlauf
room-address-more = Gib diese Adresse weiter, damit andere beitreten können
room-talk = Chat
room-talk-new = Chat ({ $count } neu)
room-guesses = Versuche
room-one-copy = Dein letzter Versuch ist bisher nur auf einem Rechner gespeichert.

## The board

board-ready = Bereit, wenn ihr es seid
board-choose = Wähle einen Modus und ein Wortpaket und starte das Spiel.
board-owner-starts = Warte, bis { $owner } das Spiel startet.
board-given-up = { $who } hat eine neue Runde begonnen. Das Wort war „{ $secret }“.
board-match = { $mode } · Runde { $round } von { $rounds }
board-round = Runde { $round }
board-the-setter = Jemand
board-found-it = Gefunden! Es war „{ $secret }“.
board-won = Gefunden!
board-lost = Oh nein! Es war „{ $secret }“.
board-void = Diese Runde zählt nicht: { $why }.
board-broken-off = { $why }. Die Punkte bis dahin zählen.
board-it-was = Es war „{ $secret }“.
board-set-it = Such ein Wort für die anderen aus!
board-setting = { $setter } sucht ein Wort aus…
board-revealing = { $setter } deckt das Wort auf…
board-watching = Du siehst zu. { $left }
board-others-guess = Die anderen raten. { $left }
board-my-turn = Du bist dran! { $left }
board-turn = { $who } ist dran. { $left }
board-nobody = Niemand ist da, der raten kann
board-first = { $left } Tippe einen Buchstaben oder klick ihn an!
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
void-too-slow = { $who } hat zu lange gebraucht
void-setter-gone = { $who } ist weg
void-given-up = { $who } hat aufgegeben
void-false = { $who } hat falsch geantwortet
void-stopped = das Spiel wurde beendet

## What just happened

told-time-mine = Deine Zeit ist um.
told-time = Die Zeit von { $who } ist um.
told-cannot-play = { $who } kann gerade nicht spielen; es geht weiter.
told-gone = { $who } ist weg.
told-here = { $who } ist da.
told-owner-gone = { $old } ist weg. { $new } ist jetzt Host.
told-owner-gone-mine = { $old } ist weg. Du bist jetzt Host.
told-owner-passed = { $old } hat { $new } zum Host gemacht.
told-owner-passed-mine = { $old } hat dich zum Host gemacht.
told-owner-again = { $new } ist wieder Host.
told-owner-again-mine = Du bist wieder Host.
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
        [yes] Du hast { $letter } zweimal gefunden.
       *[no] { $who } hat { $letter } zweimal gefunden.
    }
   *[other] { $me ->
        [yes] Du hast { $letter } { $count }-mal gefunden.
       *[no] { $who } hat { $letter } { $count }-mal gefunden.
    }
}
told-hint = { $me ->
    [yes] Du hast dir einen Tipp geholt: { $letter }.
   *[no] { $who } hat sich einen Tipp geholt: { $letter }.
}
told-knew = { $me ->
    [yes] Du hast es gelöst: „{ $word }“!
   *[no] { $who } hat es gelöst: „{ $word }“!
}
told-said = { $me ->
    [yes] Du hast „{ $word }“ geraten. Peng!
   *[no] { $who } hat „{ $word }“ geraten. Peng!
}

## The keys

why-watching = Du siehst nur zu. Zum Mitraten wähle „Mitspielen“.
why-setter = Das Wort ist von dir, jetzt raten die anderen.
why-turn = { $who } ist dran.
why-language = { $letter } gibt es im Alphabet dieses Wortes nicht.
why-tried = { $letter } wurde schon geraten.
key-free = Buchstabe { $letter }
key-pending = Buchstabe { $letter }, wird gesendet
key-hit = Buchstabe { $letter }, Treffer
key-miss = Buchstabe { $letter }, daneben
hint = Tipp
hint-free = Deckt gratis einen Buchstaben auf
hint-paid = Deckt einen Buchstaben auf und kostet einen Ballon
hint-last = Den letzten Ballon kannst du nicht für einen Tipp ausgeben
hint-for-free = Tipp (gratis)
hint-for-balloon = Tipp (−1 Ballon)
solve-label = Weißt du es?
solve-text = ganzes Wort
solve = Lösen
solve-wait = Warte, bis du dran bist.
solve-shape = Du hast { $typed } Buchstaben eingegeben; das Wort hat { $hidden }.
solve-letters = Manche dieser Buchstaben gibt es im Alphabet dieses Wortes nicht.

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
pin-make = PIN festlegen
pin-make-more = Wer sie eintippt, kommt ohne Nachfrage herein, auch wenn der Raum abgeschlossen ist.
pin-shown = PIN { $pin }
pin-new = Neue PIN
pin-off = Ausschalten
role-seatless = ohne Platz
someone = Jemand ({ $id })
remove-title = { $name } entfernen?
remove-more = Die Person erfährt davon und kann erst zurückkommen, wenn du sie wieder einlässt.
remove-returns = Unter einem neuen Namen könnte sie trotzdem kommen, solange der Raum nicht abgeschlossen ist.
remove-lock = Den Raum auch abschließen
founder-stays = Wer den Raum gegründet hat, lässt sich nicht entfernen.
remove = Entfernen
removed = { $name } wurde entfernt
let-in-again = Wieder einlassen
mute = Stummschalten
unmute = Stummschaltung aufheben
give-room = Zum Host machen
take-room = Raum zurücknehmen
remove-ask = Aus dem Raum entfernen…
more-about = Optionen für { $name }
knock = { $name } möchte mitspielen.
let-in = Einlassen
refuse = Jetzt nicht
knocks = { $count } möchten mitspielen.
knock-met = Ihr habt schon zusammen gespielt.
knock-new = Dir noch unbekannt.
let-all-in = Alle einlassen
refuse-all = Alle abweisen
answer-all-more = Alle, die warten, auch wenn sie hier nicht stehen.
guesses-none = Noch keine Versuche.
guess-hint = Tipp
guess-hit = Treffer
guess-solved = gelöst
guess-miss = daneben

## Setting up

next-round = Nächste Runde
next-no-pack = Die Wörter für dieses Spiel stammen aus dem Paket „{ $pack }“, das auf diesem Rechner fehlt. Wer es hat, kann die nächste Runde starten.
take-seat = Mitspielen
stop-ask = Spiel beenden…
stop-title = Spiel beenden?
stop-between = Alle behalten ihre Punkte.
stop-now = Alle behalten ihre Punkte, aber diese Runde zählt nicht.
stop-not = Weiterspielen
stop = Spiel beenden
match-over = Das Spiel ist aus
streak = Team-Serie: { $now } (Rekord: { $best })
mode-together = Gemeinsam
mode-together-more = Ein Team: Alle raten, wann sie wollen.
mode-turns = Reihum
mode-turns-more = Abwechselnd und auf Zeit. Jeder Treffer bringt Punkte.
mode-setter = Wortgeber
mode-setter-more = Eine Person sucht das Wort aus, die anderen raten. Alle kommen mal dran.
level = Schwierigkeit
level-any = Alle Stufen
level-easy = Leicht
level-normal = Mittel
level-hard = Schwer
rounds = Runden
turn-seconds = Sekunden pro Zug
locked = Vor dem Einlassen fragen
pack-language = Sprache
pack-words = Wörter
pack-all = Alle
start = Spiel starten
start-anyway = Trotzdem starten
not-ready-one = { $who } ist noch nicht bereit.
not-ready = { $count } Spieler sind noch nicht bereit.
too-few = Ihr müsst mindestens zu zweit sein. Warte, bis jemand dazukommt…
nobody = Niemand
owner-sets-up = { $owner } bereitet das nächste Spiel vor: { $mode }, { $rounds ->
    [one] { $rounds } Runde
   *[other] { $rounds } Runden
}, Wörter: { $pack }
ready-waits = Du bist bereit. Warte, bis { $owner } das Spiel startet.
ready-not = Ich bin nicht bereit
ready = Ich bin bereit
watch = Nur zusehen

## Setting a word

set-title = Such das Wort aus. Nur du siehst es.
set-own = Oder ein eigenes
set-clue = Hinweis (optional)
set = Dieses Wort nehmen
set-chosen = Dein Wort: { $word }
set-watch = dhangkanna antwortet für dich und zeigt am Ende das Wort.

## The chat

talk-none = Noch keine Nachrichten.
talk-say = Sag etwas
talk-too-long = Eine Nachricht darf höchstens 200 Zeichen haben.
talk-control = Steuerzeichen sind in Nachrichten nicht erlaubt.
react-cheer = Hurra
react-laugh = Haha
react-gasp = Oh!
react-think = Hm
react-sad = Oje
react-heart = Wie schön

## The rounds so far

history = Bisherige Runden
history-none = Noch keine Runde ist zu Ende.
history-round = Runde
history-title = { $number }: { $secret } ({ $end })
history-lost = verloren
history-won = gewonnen
history-back = Zurück
history-on = Weiter
history-step = { $step } von { $steps }
history-guessed = { $who }: { $letter }
history-said = { $who }: „{ $word }“
history-hint = { $who } holt sich einen Tipp: { $letter }
history-entry = { $what } — { $worth }, Eintrag { $index } im Log
history-beginning = Anfang der Runde

## Trouble

choosing-leader = Neuwahl läuft…
reconnecting = Verbinde erneut…
stalled-answering = Die anderen sind da, können aber noch keinen Leader wählen.
stalled = Nicht erreichbar: { $names }.
stalled-alone = Nicht erreichbar: { $names }. Ist dieser Rechner noch im Netz?
stalled-more = Deine Versuche warten, bis sie zurück sind. Kommen sie nicht wieder, kannst du ohne sie weiterspielen.
stalled-may-lose = Dabei können die letzten Versuche verloren gehen.
continue = Ohne sie weiterspielen
split = Du und { $names } seht verschiedene Spiele.
split-more = Irgendein Programm hält sich nicht an die Regeln. Vergleicht, was ihr seht; wer damit allein ist, geht am besten und kommt wieder.
newer-copy = Bei { $names } ist dieses Spiel weiter als auf diesem Rechner.
newer-copy-more = Die Datei hier ist vielleicht eine ältere Kopie, aus einer Sicherung. Welches Spiel geht weiter?
newer-copy-theirs = Ihres spielen
newer-copy-own = Meines spielen
elsewhere = { $name } hat ohne dich weitergespielt.
elsewhere-more = Das Spiel geht in einem anderen Raum weiter. Komm mit, um dort zu spielen; was hier seitdem passiert ist, bleibt zurück. Bleibst du hier, geht nichts davon verloren.
elsewhere-stay = Hierbleiben
follow = Mitkommen

## The cluster

node = Dieser Knoten
node-more = Der Leader ordnet das Log, Follower stimmen ab, Learner empfangen es nur. Alle spielen mit.
node-leader = Leader
node-cut-off = Leader, abgeschnitten
node-follower = Follower
node-candidate = Kandidat
node-learner = Learner
leader = Leader
leader-more = Der Knoten, der jetzt das Log ordnet
leader-none = keiner
term = Term
term-more = Steigt mit jeder Wahl
applied = Angewendet
applied-more = Index des letzten Log-Eintrags, der auf das Spiel angewendet ist
voters = Stimmberechtigt
voters-of = { $voters } von { $members }
voters-more = Wie viele Mitglieder abstimmen
quorum = Quorum
quorum-more = Ob die Mehrheit der Stimmberechtigten erreichbar ist
yes = ja
no = nein

## Settings

settings = Einstellungen
settings-language = Sprache
settings-system = Wie im System
settings-look = Farben
look-light = Hell
look-dark = Dunkel
look-contrast = Hoher Kontrast
settings-size = Größe
settings-volume = Töne: { $percent } %
settings-silent = Stumm
settings-quieter = Leiser
settings-louder = Lauter
settings-calm = Bewegung reduzieren
settings-calm-system = Dein System verlangt weniger Bewegung.
settings-awake = Bildschirm während einer Runde anlassen
about = Über dhangkanna
about-free = Freie Software (MIT oder Apache-2.0). Ihre Bibliotheken und deren Lizenzen stehen in der Datei THIRD-PARTY.txt, die dem Programm beiliegt.
about-keys = Tastatur
about-keys-more = Buchstaben: raten. Tab und Umschalt+Tab: zum nächsten Bedienelement und zurück; Eingabe oder Leertaste: drücken. Escape: eine Seite schließen. Strg und + oder -: größer oder kleiner. F11: Vollbild.
about-logs = Protokolldateien:
about-data = Deine Räume und Einstellungen:
about-logs-at = Einzelheiten stehen in den Protokolldateien: { $folder }
about-copy = Kopieren
about-licences = Bilder, Wörter und Schriften
settings-private = dhangkanna spricht nur mit den Rechnern in deinen Räumen. Kein Tracking, keine Telemetrie.

## Watching Raft

raft = Raft bei der Arbeit
raft-open = Raft zusehen
raft-save = Ereignisse speichern
raft-save-more = Speichert die Ereignisse in einer Textdatei
raft-facts = Dieser Knoten: { $role } · Term { $term } · Log { $log }, bestätigt { $committed }, angewendet { $applied }
ring-spoken = { $members ->
    [one] Ein Mitglied
   *[other] { $members } Mitglieder
}, { $voters ->
    [one] eins stimmberechtigt
   *[other] { $voters } stimmberechtigt
}; Leader: { $leader }; Term { $term }.
ring-away = weg
ring-leads = Leader
ring-behind = { $count ->
    [0] auf dem neuesten Stand
    [one] { $count } Eintrag zurück
   *[other] { $count } Einträge zurück
}
ring-heartbeat = Heartbeat
ring-entries = Einträge
ring-vote = Stimme
ring-answer = Antwort
ring-votes = V: stimmt ab
ring-learns = L: lernt
latency-title = Von deinem Klick, bis sich alle einig sind
latency-none = Noch nichts: Rate einen Buchstaben oder sag etwas.
latency = zuletzt { $last } ms · Median von { $count }: { $median } ms · maximal { $worst } ms
events = Ereignisse
event = Term { $term }: { $what }
event-seconds = vor { $count } s
event-minutes = vor { $count } min
event-opened = Dieser Knoten ist gestartet.
event-campaigns = Dieser Knoten hört von keinem Leader und bittet um Stimmen.
event-won = { $who } hat die Wahl mit { $votes } von { $of } Stimmen gewonnen.
event-leads = { $who } ist Leader.
event-no-leader = { $who } ist nicht mehr Leader; noch ist niemand gewählt.
event-joined = { $who } ist dazugekommen.
event-left = { $who } ist gegangen.
event-votes = { $who } ist jetzt stimmberechtigt.
event-learns = { $who } ist nicht mehr stimmberechtigt.
event-away = { $who } antwortet nicht.
event-back = { $who } ist nach { $seconds } s zurück.
event-quorum-lost = Keine Mehrheit antwortet: Nichts kann entschieden werden.
event-quorum-back = Nach { $seconds } s antwortet wieder eine Mehrheit.

## A room that is not found

find = Kein Raum zu finden?
find-looking = Das Netz dieses Rechners wird geprüft…
find-again = Noch einmal prüfen
find-no-network = Dieser Rechner ist in keinem Netz. Verbinde ihn mit dem WLAN oder Kabel, das auch die anderen benutzen.
find-only-virtual = Dieser Rechner hat nur ein VPN oder ein virtuelles Netz. Verbinde ihn mit dem Netz der anderen, oder wähle das VPN unten aus, wenn auch sie darin sind.
find-no-multicast = Multicast funktioniert auf diesem Rechner nicht: Eine Firewall oder ein VPN blockiert es. Schalte das VPN aus, oder erlaube dhangkanna in der Firewall.
find-no-port = Dieser Rechner erreicht sein eigenes Spiel nicht: Eine Firewall ist im Weg. Erlaube dhangkanna in der Firewall.
find-alone = Auf diesem Rechner ist alles in Ordnung, aber sonst antwortet niemand. Sind die anderen im selben Netz? Gastnetze trennen die Rechner: Nimm ein anderes oder den Hotspot eines Telefons.
find-fine = Hier ist alles in Ordnung. Fehlt ein Raum, öffne diese Seite auf dem Rechner, der ihn eröffnet hat, oder tritt ihm über seine Adresse bei.
find-check-none = Mit keinem Netz verbunden.
find-check-network = Verbunden: { $names }
find-check-multicast = Multicast funktioniert (mDNS, UDP 5353).
find-check-no-multicast = Multicast funktioniert nicht (mDNS, UDP 5353).
find-check-port = Das Spiel ist erreichbar (TCP { $port }).
find-check-no-port = Das Spiel ist nicht erreichbar (TCP { $port }).
find-check-others = { $count ->
    [0] Kein anderes Gerät hat geantwortet.
    [one] { $count } anderes Gerät hat geantwortet.
   *[other] { $count } andere Geräte haben geantwortet.
}
find-interfaces = Wo nach Mitspielern gesucht wird
find-interface = { $name }, { $address } ({ $sort })
find-sort-network = Netz
find-sort-virtual = VPN oder virtuell
find-by-itself = Automatisch wählen
find-firewall = Hat dieser Rechner eine Firewall, erlaube TCP { $port } und UDP 5353.
find-ufw = Die Firewall ufw ist an. So erlaubst du das Spiel: sudo ufw allow { $port }/tcp; sudo ufw allow 5353/udp
find-firewalld = Die Firewall firewalld ist an. So erlaubst du das Spiel: sudo firewall-cmd --add-port={ $port }/tcp --add-service=mdns
find-windows = Windows fragt einmal, ob dhangkanna das Netz benutzen darf. Falls du abgelehnt hast: Einstellungen, Datenschutz und Sicherheit, Windows-Sicherheit, Firewall, App zulassen; dhangkanna für private Netze ankreuzen.
find-mac = macOS fragt einmal, ob dhangkanna Geräte im Netz suchen darf. Falls du abgelehnt hast: Systemeinstellungen, Datenschutz & Sicherheit, Lokales Netzwerk; dhangkanna einschalten.
find-address = Andere können auch über deine Adresse beitreten: { $address }

## What the node says (in English it says so itself)

notice-unreachable = Unter dieser Adresse antwortet niemand. Stimmt sie, und lässt die Firewall dort dhangkanna durch?
notice-denied = Was dort antwortet, versteht dhangkanna nicht. Stimmt die Adresse, und läuft dort dieselbe Version?
notice-not-leader = Es wird gerade ein Leader gewählt. Versuch es gleich noch einmal.
notice-not-a-member = Du hast keinen Platz mehr in diesem Raum. Tritt ihm noch einmal bei.
notice-who-are-you = In diesem Raum kennt man dich nicht. Tritt ihm noch einmal bei.
notice-knocking = Noch hat dich niemand hereingelassen. Frag den Host.
notice-continued = Das Spiel ging in einem anderen Raum weiter.
notice-older-log = Dieser Rechner hat einen älteren Stand des Spiels als die anderen.
notice-bad-text = Dieser Text lässt sich den anderen nicht zeigen. Schreib einen anderen.
notice-timeout = Es kam rechtzeitig keine Antwort. Versuch es noch einmal.
notice-no-such-room = Dieser Raum wurde nicht gefunden.
notice-version = Dort läuft eine andere Version. Installiert auf beiden Rechnern dieselbe.
notice-busy = Gerade ist zu viel los. Versuch es gleich noch einmal.
notice-in-room = Verlass zuerst den Raum, in dem du bist.
notice-not-in-room = Eröffne zuerst einen Raum, oder tritt einem bei.
notice-storage = Auf die Festplatte kann nicht geschrieben werden. Ist noch Platz?
notice-no-quorum = Die Mehrheit der Spieler ist nicht erreichbar.
notice-ambiguous = Mehrere Räume heißen so. Wähle einen in der Liste.
notice-twin = Eine Kopie dieses Profils spielt dort auf einem anderen Rechner. Starte eine davon mit einem anderen --profile.
notice-replaced = Dieses Profil spielt jetzt auf einem anderen Rechner; dieser Platz wurde aufgegeben.
notice-room-full = Der Raum ist voll.
notice-full = Alle Plätze sind besetzt; du kannst zusehen.
notice-bad-name = Dieser Name geht nicht: höchstens 24 Zeichen, mindestens ein sichtbares.
notice-older-copy = Dieser Rechner hat einen älteren Stand des Spiels, vielleicht aus einer Sicherung; er übernimmt das Spiel der anderen.
notice-odd-one-out = Die meisten anderen haben ein anderes Spiel als dieser Rechner; er übernimmt ihres, ohne das, was nur er wusste.
notice-removed = Der Host hat dich aus diesem Raum entfernt.
notice-not-let-in = Du wurdest nicht hereingelassen.
notice-own-copy = Das Spiel geht so weiter, wie es auf diesem Rechner ist; bei { $what } war es weiter.
notice-wrong-pin = Diese PIN passt nicht. Sieh noch einmal auf den Bildschirm des Hosts. Stimmt sie doch, antwortet dort ein fremder Rechner.
notice-pin-tries = Das waren zu viele falsche PINs. Warte eine Minute, dann geht es wieder.
notice-no-pin = Der Raum hat gerade keine PIN. Frag den Host nach einer, oder tritt ohne bei.
notice-too-fast = Das ging zu schnell. Warte einen Augenblick.
notice-old-rules = Jemand im Raum hat eine ältere Version, die das nicht kann.
notice-still-played = In diesem Raum wird noch gespielt.
notice-nowhere = Niemand hat ohne dich weitergespielt.
notice-stopped = Das Programm wird gerade beendet.
notice-bad-pack = Diese Datei ist kein brauchbares Wortpaket.
notice-no-such-entry = Dieses Wortpaket hat nicht genug passende Wörter.
notice-bad-secret = Dieses Wort geht nicht: Es braucht mindestens einen Buchstaben, der sich raten lässt.
notice-not-owner = Das darf nur der Host des Raums.
notice-founder = Wer den Raum gegründet hat, lässt sich nicht entfernen.
notice-not-founder = Das darf nur, wer den Raum gegründet hat.
notice-not-ready = Es sind noch nicht alle bereit.
notice-too-few = Dafür braucht es mehr Mitspieler.
notice-match-on = Das Spiel läuft schon.
notice-match-changed = Inzwischen hat ein anderes Spiel begonnen.
notice-no-match = Es läuft kein Spiel.
notice-round-on = Die Runde läuft noch.
notice-round-over = Die Runde ist vorbei.
notice-round-changed = Inzwischen hat eine andere Runde begonnen.
notice-not-your-turn = Du bist nicht dran.
notice-you-set-it = Du hast das Wort ausgesucht.
notice-watching = Du siehst nur zu.
notice-no-hint = Jetzt gibt es keinen Tipp.
notice-bad-settings = Mit diesen Einstellungen lässt sich nicht spielen.
notice-not-in-alphabet = Diesen Buchstaben gibt es im Alphabet dieses Wortes nicht.
notice-repeat = { $what } wurde schon geraten; es kostet nichts.
notice-pack-added = Das Wortpaket { $what } wurde hinzugefügt.
notice-exported = Die Ereignisse wurden in { $what } gespeichert.
notice-brought-back = Die anderen spielen noch; du wirst wieder mit ihnen verbunden.
notice-left-untold = Du bist gegangen, aber die anderen konnten es nicht erfahren; sie sehen dich als weg.
