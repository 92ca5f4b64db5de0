# What the window says. One file for each language, with the same messages.
# Names, letters, words and numbers come in as variables.

## Everywhere

ok = OK
cancel = Annuler
close = Fermer
you = { $name } (toi)
points = { $count ->
    [one] { $count } point
   *[other] { $count } points
}
list-of-two = { $first } et { $last }
quoted = « { $word } »

## Failures of the whole program

cannot-start = Impossible de démarrer dhangkanna
cannot-go-on = Ce salon ne peut pas continuer
back-to-lobby = Retour à l’accueil
went-wrong = Quelque chose a mal tourné
engine-stopped = Le jeu s’est arrêté de façon inattendue. Ton salon est enregistré : ferme cette fenêtre et relance dhangkanna.

## On the way

opening = On ouvre { $room }…
joining = On rejoint { $room }…
knocking = On demande à l’hôte de { $room } de te laisser entrer…
pin-enter = PIN sur l’écran de l’hôte
pin-go = Entrer
pin-six = Un PIN a six chiffres.
leaving = On s’en va…
good-bye = À bientôt !

## The lobby

lobby-about = Le jeu du pendu pour tout ton réseau
lobby-record = Tu as joué { $played ->
    [one] { $played } manche
   *[other] { $played } manches
} et trouvé { $won ->
    [one] { $won } mot
   *[other] { $won } mots
}. Ta meilleure série : { $best }.
lobby-hardest = Tes lettres les plus coriaces : { $letters }.
lobby-name = Ton nom
name-empty = Un nom doit avoir au moins un caractère visible.
name-too-long = Un nom peut avoir 24 caractères au maximum.
name-control = Un nom ne peut pas contenir de caractères de contrôle.
name-hidden = Un nom ne peut pas contenir de caractères invisibles.
name-marks = Une lettre du nom peut porter deux signes au maximum.
lobby-host = Ouvrir un salon
lobby-rooms = Salons sur ce réseau
lobby-empty = Aucun salon pour l’instant
lobby-empty-more = Les salons apparaissent ici tout seuls. Ouvres-en un, ou demande à quelqu’un du même réseau de le faire. Tu ne vois pas le sien ? Rejoins-le par son adresse, ci-dessous.
lobby-players = { $count ->
    [one] { $count } joueur
   *[other] { $count } joueurs
}
lobby-hosts = chez { $host }
lobby-met = vous avez déjà joué ensemble
lobby-rival = D’autres prétendent aussi diriger ce salon. Demande à tes amis lequel est le leur.
lobby-state-lobby = pas commencé
lobby-state-playing = manche en cours
lobby-state-between = entre deux manches
lobby-locked = verrouillé : entrée sur demande
lobby-join = Rejoindre
lobby-join-name = Rejoindre { $room }
lobby-why-not = Impossible de rejoindre ce salon : { $why }.
lobby-kept = Tes salons
lobby-played = dernière partie { $ago }
lobby-back = Revenir
lobby-back-name = Revenir dans { $room }
lobby-forget = Oublier
lobby-forget-name = Oublier { $room }
lobby-forget-more = Supprime ce salon de cet ordinateur
ago-now = à l’instant
ago-minutes = { $count ->
    [one] il y a { $count } minute
   *[other] il y a { $count } minutes
}
ago-hours = { $count ->
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
}
ago-days = { $count ->
    [one] il y a { $count } jour
   *[other] il y a { $count } jours
}
lobby-address = Rejoindre par adresse
lobby-pin = PIN
lobby-go = Y aller
lobby-joined-before = Récents :
lobby-bad-address = Une adresse ressemble à 10.0.0.5:40123 ou [fe80::1%2]:40123.
lobby-listens = Ton adresse : { $address }
lobby-version = version { $version }

## A room

room-leave = Quitter
room-history = Historique
room-address-more = Donne cette adresse aux autres pour qu’ils te rejoignent
room-talk = Tchat
room-talk-new = { $count ->
    [one] Tchat ({ $count } nouveau)
   *[other] Tchat ({ $count } nouveaux)
}
room-guesses = Essais
room-one-copy = Pour l’instant, ton dernier essai n’est enregistré que sur un seul ordinateur.

## The board

board-ready = Quand vous voulez !
board-choose = Choisis un mode et un paquet de mots, puis lance la partie.
board-owner-starts = On attend que { $owner } lance la partie.
board-given-up = { $who } a lancé une nouvelle manche. Le mot était « { $secret } ».
board-match = { $mode } · manche { $round } sur { $rounds }
board-round = Manche { $round }
board-the-setter = Quelqu’un
board-found-it = Trouvé ! C’était « { $secret } ».
board-won = Mot trouvé, bravo !
board-lost = Oh non ! C’était « { $secret } ».
board-void = Manche annulée : { $why }.
board-broken-off = { $why }. Les points déjà marqués comptent.
board-it-was = C’était « { $secret } ».
board-set-it = Choisis un mot pour les autres !
board-setting = { $setter } choisit un mot…
board-revealing = { $setter } dévoile le mot…
board-watching = Tu regardes. { $left }
board-others-guess = Les autres devinent. { $left }
board-my-turn = À toi de jouer ! { $left }
board-turn = À { $who } de jouer. { $left }
board-nobody = Personne n’est là pour deviner
board-first = { $left } Tape une lettre ou clique dessus !
balloons-left = { $count ->
    [0] Plus aucun ballon.
    [one] Plus qu’un ballon !
   *[other] Encore { $count } ballons.
}
board-seconds = { $seconds } s
board-seconds-left = { $seconds ->
    [one] encore { $seconds } seconde
   *[other] encore { $seconds } secondes
}
mask = Mot : { $cells }
mask-blank = vide
mask-space = espace
void-too-slow = { $who } a pris trop de temps
void-setter-gone = { $who } n’est plus là
void-given-up = { $who } a abandonné
void-false = { $who } a donné de fausses réponses
void-stopped = la partie a été arrêtée

## What just happened

told-time-mine = Ton temps est écoulé.
told-time = Temps écoulé pour { $who }.
told-cannot-play = { $who } ne peut pas jouer pour l’instant : le tour passe.
told-gone = { $who } n’est plus là.
told-here = { $who } est là.
told-owner-gone = { $old } n’est plus là. { $new } est maintenant l’hôte.
told-owner-gone-mine = { $old } n’est plus là. L’hôte, maintenant, c’est toi.
told-owner-passed = { $old } a confié le salon à { $new }.
told-owner-passed-mine = { $old } t’a confié le salon.
told-owner-again = { $new } est de nouveau l’hôte.
told-owner-again-mine = L’hôte, de nouveau, c’est toi.
told-letter = { $count ->
    [0] { $me ->
        [yes] Tu as tenté le { $letter }. Paf !
       *[no] { $who } a tenté le { $letter }. Paf !
    }
    [1] { $me ->
        [yes] Tu as trouvé le { $letter }.
       *[no] { $who } a trouvé le { $letter }.
    }
    [2] { $me ->
        [yes] Tu as trouvé le { $letter } deux fois.
       *[no] { $who } a trouvé le { $letter } deux fois.
    }
   *[other] { $me ->
        [yes] Tu as trouvé le { $letter } { $count } fois.
       *[no] { $who } a trouvé le { $letter } { $count } fois.
    }
}
told-hint = { $me ->
    [yes] Tu as pris un indice : le { $letter }.
   *[no] { $who } a pris un indice : le { $letter }.
}
told-knew = { $me ->
    [yes] Tu as trouvé le mot : « { $word } » !
   *[no] { $who } a trouvé le mot : « { $word } » !
}
told-said = { $me ->
    [yes] Tu as proposé « { $word } ». Paf !
   *[no] { $who } a proposé « { $word } ». Paf !
}

## The keys

why-watching = Tu regardes. Clique sur « Participer » pour jouer.
why-setter = Ce mot vient de toi. Aux autres de deviner.
why-turn = À { $who } de jouer.
why-language = Le { $letter } n’est pas dans l’alphabet de ce mot.
why-tried = Le { $letter } a déjà été tenté.
key-free = Lettre { $letter }
key-pending = Lettre { $letter }, envoi en cours
key-hit = Lettre { $letter }, trouvée
key-miss = Lettre { $letter }, ratée
hint = Indice
hint-free = Dévoile une lettre gratuitement
hint-paid = Dévoile une lettre, mais coûte un ballon
hint-last = Tu ne peux pas dépenser ton dernier ballon pour un indice
hint-for-free = Indice (gratuit)
hint-for-balloon = Indice (−1 ballon)
solve-label = Tu l’as ?
solve-text = le mot entier
solve = Proposer
solve-wait = Attends ton tour.
solve-shape = { $typed ->
    [one] Tu as tapé { $typed } lettre
   *[other] Tu as tapé { $typed } lettres
} ; le mot en a { $hidden }.
solve-letters = Certaines de ces lettres ne sont pas dans l’alphabet de ce mot.

## Kanna

kanna-waits = Kanna flotte sous six ballons et attend la première manche
kanna-won = Kanna déploie ses ailes : le mot est trouvé
kanna-lost = Kanna est assise dans une flaque : il n’y a plus de ballons
kanna-floats = { $count ->
    [0] Kanna n’a plus aucun ballon
    [one] Kanna flotte sous son dernier ballon
   *[other] Kanna flotte sous { $count } ballons
}
pop-letter = Paf ! { $what }, tenté par { $who }
pop-hint = Paf ! Un indice pour { $who }

## The players

players = Joueurs ({ $count })
leads-more = Leader du cluster
role-leads = leader
role-owner = hôte
role-sets = maître du mot
role-watches = regarde
role-ready = c’est bon
role-away = hors ligne
pin-make = Créer un PIN
pin-make-more = Qui le saisit entre sans demander, même si le salon est verrouillé.
pin-shown = PIN { $pin }
pin-new = Nouveau PIN
pin-off = Enlever
role-seatless = sans place
someone = Quelqu’un ({ $id })
remove-title = Exclure { $name } ?
remove-more = Cette personne sera prévenue, et ne pourra revenir que si tu la laisses entrer.
remove-returns = Sous un autre nom, elle pourrait revenir tant que le salon n’est pas verrouillé.
remove-lock = Verrouiller aussi le salon
founder-stays = On ne peut pas exclure qui a créé le salon.
remove = Exclure
removed = { $name } n’est plus dans le salon
let-in-again = Laisser revenir
mute = Ignorer
unmute = Ne plus ignorer
give-room = Lui confier le salon
take-room = Reprendre le salon
remove-ask = Exclure du salon…
more-about = Options pour { $name }
knock = { $name } voudrait entrer.
let-in = Laisser entrer
refuse = Pas maintenant
knocks = { $count } voudraient entrer.
knock-met = Vous avez déjà joué ensemble.
knock-new = Encore inconnu pour toi.
let-all-in = Laisser entrer tout le monde
refuse-all = Refuser tout le monde
answer-all-more = Tous ceux qui attendent, même s’ils ne sont pas affichés ici.
guesses-none = Aucun essai pour l’instant.
guess-hint = indice
guess-hit = trouvé
guess-solved = résolu
guess-miss = raté

## Setting up

next-round = Manche suivante
next-no-pack = Les mots de cette partie viennent du paquet « { $pack } », qui n’est pas sur cet ordinateur. Quelqu’un qui l’a peut lancer la manche suivante.
take-seat = Participer
stop-ask = Arrêter la partie…
stop-title = Arrêter la partie ?
stop-between = Chacun garde ses points.
stop-now = Chacun garde ses points, mais cette manche ne compte pas.
stop-not = Continuer à jouer
stop = Arrêter la partie
match-over = La partie est finie
streak = Série de l’équipe : { $now } (record : { $best })
mode-together = Ensemble
mode-together-more = Une seule équipe : on devine quand on veut.
mode-turns = Tour à tour
mode-turns-more = Chacun son tour, contre la montre. Chaque lettre trouvée compte.
mode-setter = Maître du mot
mode-setter-more = Quelqu’un choisit le mot, les autres devinent. Chacun son tour.
level = Difficulté
level-any = Tous niveaux
level-easy = Facile
level-normal = Moyen
level-hard = Difficile
rounds = Manches
turn-seconds = Secondes par tour
locked = Me demander avant de laisser entrer
pack-language = Langue
pack-words = Mots
pack-all = Tous
start = Lancer la partie
start-anyway = Lancer quand même
not-ready-one = On attend encore { $who }.
not-ready = { $count ->
    [one] On attend encore { $count } joueur.
   *[other] On attend encore { $count } joueurs.
}
too-few = Il faut être au moins deux. On attend que quelqu’un arrive…
nobody = Personne
owner-sets-up = { $owner } prépare la prochaine partie : { $mode }, { $rounds ->
    [one] { $rounds } manche
   *[other] { $rounds } manches
}, mots : { $pack }
ready-waits = C’est bon pour toi. On attend que { $owner } lance la partie.
ready-not = Pas encore
ready = C’est bon !
watch = Juste regarder

## Setting a word

set-title = Choisis le mot. Personne d’autre ne le voit.
set-own = Ou tape le tien
set-clue = Définition (facultative)
set = Utiliser ce mot
set-chosen = Ton mot : { $word }
set-watch = dhangkanna répond pour toi et montre le mot à la fin.

## The chat

talk-none = Aucun message pour l’instant.
talk-say = Dis quelque chose
talk-too-long = Un message peut avoir 200 caractères au maximum.
talk-control = Un message ne peut pas contenir de caractères de contrôle.
react-cheer = Hourra
react-laugh = Ha ha
react-gasp = Oh !
react-think = Hum
react-sad = Oh non
react-heart = J’adore

## The rounds so far

history = Manches jouées
history-none = Aucune manche terminée pour l’instant.
history-round = Manche
history-title = { $number } : { $secret } ({ $end })
history-lost = perdue
history-won = gagnée
history-back = Précédent
history-on = Suivant
history-step = { $step } sur { $steps }
history-guessed = { $who } a tenté le { $letter }
history-said = { $who } a proposé « { $word } »
history-hint = { $who } a pris un indice : le { $letter }
history-entry = { $what } — { $worth }, entrée { $index } du journal
history-beginning = Début de la manche

## Trouble

choosing-leader = Nouvelle élection…
reconnecting = Reconnexion…
stalled-answering = Les autres sont là, mais n’ont pas encore pu élire de leader.
stalled = Plus de contact avec { $names }.
stalled-alone = Plus de contact avec { $names }. Cet ordinateur est-il encore sur le réseau ?
stalled-more = Tes essais attendent que les absents reviennent. S’ils sont partis pour de bon, tu peux continuer sans eux.
stalled-may-lose = Les derniers essais risquent alors d’être perdus.
continue = Continuer sans eux
split = Toi et { $names } ne voyez pas la même partie.
split-more = Un programme ne respecte pas les règles. Comparez ce que vous voyez ; celui qui est seul à le voir devrait quitter le salon et revenir.
newer-copy = Chez { $names }, cette partie est plus avancée que sur cet ordinateur.
newer-copy-more = Le fichier d’ici est peut-être une copie plus ancienne, d’une sauvegarde. Quelle partie continue ?
newer-copy-theirs = Jouer la leur
newer-copy-own = Jouer la mienne
elsewhere = { $name } a continué sans toi.
elsewhere-more = La partie continue dans un autre salon. Suis-la pour y jouer ; ce qui s’est passé ici depuis n’y sera pas. Si tu restes, rien de cela n’est perdu.
elsewhere-stay = Rester ici
follow = Suivre

## The cluster

node = Ce nœud
node-more = Le leader ordonne le journal, les suiveurs votent, les apprentis ne font que le recevoir. Tout le monde joue.
node-leader = leader
node-cut-off = leader, isolé
node-follower = suiveur
node-candidate = candidat
node-learner = apprenti
leader = Leader
leader-more = Le nœud qui ordonne le journal en ce moment
leader-none = aucun
term = Mandat
term-more = Augmente à chaque élection
applied = Appliqué
applied-more = Index de la dernière entrée du journal appliquée à cette partie
voters = Votants
voters-of = { $voters } sur { $members }
voters-more = Combien de membres votent
quorum = Quorum
quorum-more = Si une majorité des votants est joignable
yes = oui
no = non

## Settings

settings = Réglages
settings-language = Langue
settings-system = Comme le système
settings-look = Couleurs
look-light = Clair
look-dark = Sombre
look-contrast = Contraste élevé
settings-size = Taille
settings-volume = Sons : { $percent } %
settings-silent = Muet
settings-quieter = Moins fort
settings-louder = Plus fort
settings-calm = Réduire les animations
settings-calm-system = Ton système demande moins d’animations.
settings-awake = Garder l’écran allumé pendant une manche
about = À propos
about-free = Logiciel libre (MIT ou Apache-2.0). Ses bibliothèques et leurs licences sont listées dans THIRD-PARTY.txt, fourni avec le programme.
about-keys = Clavier
about-keys-more = Lettres : proposer. Tab et Maj+Tab : commande suivante et précédente ; Entrée ou Espace : l’actionner. Échap : fermer une page. Ctrl et + ou - : plus grand ou plus petit. F11 : plein écran.
about-logs = Fichiers journaux :
about-data = Tes salons et réglages :
about-logs-at = Les détails sont dans les fichiers journaux : { $folder }
about-copy = Copier
about-licences = Images, mots et polices
settings-private = dhangkanna ne parle qu’aux ordinateurs de tes salons. Aucun pistage, aucune télémétrie.

## Watching Raft

raft = Raft en action
raft-open = Observer Raft
raft-save = Enregistrer
raft-save-more = Enregistre les événements dans un fichier texte
raft-facts = Ce nœud : { $role } · mandat { $term } · journal { $log }, validé { $committed }, appliqué { $applied }
ring-spoken = { $members ->
    [one] Un membre
   *[other] { $members } membres
}, { $voters ->
    [one] un votant
   *[other] { $voters } votants
} ; leader : { $leader } ; mandat { $term }.
ring-away = hors ligne
ring-leads = leader
ring-behind = { $count ->
    [0] à jour
    [one] { $count } entrée de retard
   *[other] { $count } entrées de retard
}
ring-heartbeat = battement
ring-entries = entrées du journal
ring-vote = vote
ring-answer = réponse
ring-votes = V : vote
ring-learns = L : apprend
latency-title = De ton clic à l’accord de tous
latency-none = Rien encore : propose une lettre ou dis quelque chose.
latency = dernier { $last } ms · médiane de { $count } : { $median } ms · pire { $worst } ms
events = Événements
event = Mandat { $term } : { $what }
event-seconds = il y a { $count } s
event-minutes = il y a { $count } min
event-opened = ce nœud a démarré.
event-campaigns = ce nœud est sans nouvelles d’un leader et demande des voix.
event-won = { $who } a gagné l’élection avec { $votes } voix sur { $of }.
event-leads = { $who } est leader.
event-no-leader = { $who } n’est plus leader ; personne n’est encore élu.
event-joined = { $who } a rejoint le salon.
event-left = { $who } a quitté le salon.
event-votes = { $who } a maintenant une voix.
event-learns = { $who } n’a plus de voix.
event-away = { $who } ne répond pas.
event-back = { $who } est de retour après { $seconds } s.
event-quorum-lost = aucune majorité ne répond : rien ne peut être décidé.
event-quorum-back = une majorité répond de nouveau, après { $seconds } s.

## A room that is not found

find = Aucun salon en vue ?
find-looking = Examen du réseau de cet ordinateur…
find-again = Vérifier encore
find-no-network = Cet ordinateur n’est connecté à aucun réseau. Connecte-le au Wi-Fi ou au câble que les autres utilisent.
find-only-virtual = Cet ordinateur n’a qu’un VPN ou un réseau virtuel. Connecte-le au réseau des autres, ou choisis le VPN ci-dessous s’ils sont aussi dessus.
find-no-multicast = Le multicast ne fonctionne pas sur cet ordinateur : un pare-feu ou un VPN le bloque. Coupe le VPN, ou autorise dhangkanna dans le pare-feu.
find-no-port = Cet ordinateur ne peut pas joindre son propre jeu : un pare-feu l’en empêche. Autorise dhangkanna dans le pare-feu.
find-alone = Tout fonctionne sur cet ordinateur, mais personne d’autre ne répond. Les autres sont-ils sur le même réseau ? Les réseaux d’invités séparent les ordinateurs : prends-en un autre, ou le partage de connexion d’un téléphone.
find-fine = Ici, tout fonctionne. S’il manque un salon, ouvre cette page sur l’ordinateur qui l’a ouvert, ou rejoins-le par son adresse.
find-check-none = Connecté à aucun réseau.
find-check-network = Connecté à : { $names }
find-check-multicast = Le multicast fonctionne (mDNS, UDP 5353).
find-check-no-multicast = Le multicast ne fonctionne pas (mDNS, UDP 5353).
find-check-port = Le jeu est joignable (TCP { $port }).
find-check-no-port = Le jeu n’est pas joignable (TCP { $port }).
find-check-others = { $count ->
    [0] Aucun autre appareil n’a répondu.
    [one] { $count } autre appareil a répondu.
   *[other] { $count } autres appareils ont répondu.
}
find-interfaces = Où chercher des joueurs
find-interface = { $name }, { $address } ({ $sort })
find-sort-network = réseau
find-sort-virtual = VPN ou virtuel
find-by-itself = Choisir automatiquement
find-firewall = Si cet ordinateur a un pare-feu, autorise TCP { $port } et UDP 5353.
find-ufw = Le pare-feu ufw est actif. Pour autoriser le jeu : sudo ufw allow { $port }/tcp; sudo ufw allow 5353/udp
find-firewalld = Le pare-feu firewalld est actif. Pour autoriser le jeu : sudo firewall-cmd --add-port={ $port }/tcp --add-service=mdns
find-windows = Windows demande une fois si dhangkanna peut utiliser le réseau. Si tu as refusé : Paramètres, Confidentialité et sécurité, Sécurité Windows, Pare-feu, Autoriser une application ; coche dhangkanna pour les réseaux privés.
find-mac = macOS demande une fois si dhangkanna peut chercher des appareils sur le réseau. Si tu as refusé : Réglages Système, Confidentialité et sécurité, Réseau local ; active dhangkanna.
find-address = Les autres peuvent aussi te rejoindre par ton adresse : { $address }

## What the node says (in English it says so itself)

notice-unreachable = Personne ne répond à cette adresse. Est-elle correcte, et le pare-feu de là-bas laisse-t-il passer dhangkanna ?
notice-denied = Ce qui répond là-bas est incompréhensible. L’adresse est-elle correcte, et la version est-elle la même sur les deux ordinateurs ?
notice-not-leader = Un leader est en train d’être élu. Réessaie dans un instant.
notice-not-a-member = Tu n’as plus de place dans ce salon. Rejoins-le à nouveau.
notice-who-are-you = On ne te connaît pas dans ce salon. Rejoins-le à nouveau.
notice-knocking = On ne t’a pas encore laissé entrer. Demande à l’hôte.
notice-continued = La partie a continué dans un autre salon.
notice-older-log = Cet ordinateur a une copie de la partie plus ancienne que celle des autres.
notice-bad-text = Ce texte ne peut pas être montré aux autres. Écris-en un autre.
notice-timeout = Pas de réponse à temps. Réessaie.
notice-no-such-room = Ce salon est introuvable.
notice-version = Une autre version est installée là-bas. Il faut la même sur les deux ordinateurs.
notice-busy = Il y a trop à faire en ce moment. Réessaie dans un instant.
notice-in-room = Quitte d’abord le salon où tu es.
notice-not-in-room = Ouvre d’abord un salon, ou rejoins-en un.
notice-storage = Impossible d’écrire sur le disque. Reste-t-il de la place ?
notice-no-quorum = La majorité des joueurs est injoignable.
notice-ambiguous = Plusieurs salons portent ce nom. Choisis-en un dans la liste.
notice-twin = Une copie de ce profil joue là-bas sur un autre ordinateur. Lance l’une des deux avec un autre --profile.
notice-replaced = Ce profil joue maintenant sur un autre ordinateur ; ici, il a quitté le salon.
notice-room-full = Le salon est plein.
notice-full = Toutes les places sont prises ; tu peux regarder.
notice-bad-name = Ce nom ne va pas : 24 caractères au plus, dont au moins un visible.
notice-older-copy = Cet ordinateur a une copie plus ancienne de la partie, peut-être d’une sauvegarde ; il passe à celle des autres.
notice-odd-one-out = La plupart des autres ont une autre partie que cet ordinateur ; il passe à la leur, sans ce que lui seul savait.
notice-removed = L’hôte t’a fait sortir de ce salon.
notice-not-let-in = On ne t’a pas laissé entrer.
notice-own-copy = La partie continue telle qu’elle est sur cet ordinateur ; chez { $what }, elle était plus avancée.
notice-wrong-pin = Ce n’est pas le bon PIN. Regarde encore l’écran de l’hôte. S’il est juste, c’est un autre ordinateur qui répond là-bas.
notice-pin-tries = Trop de PIN faux. Attends une minute, puis réessaie.
notice-no-pin = Le salon n’a pas de PIN en ce moment. Demandes-en un à l’hôte, ou entre sans.
notice-too-fast = C’était trop rapide. Attends un instant.
notice-old-rules = Quelqu’un dans le salon a une version plus ancienne, qui ne le permet pas.
notice-still-played = On joue encore dans ce salon.
notice-nowhere = Personne n’a continué sans toi.
notice-stopped = Le programme est en train de s’arrêter.
notice-bad-pack = Ce fichier n’est pas un paquet de mots utilisable.
notice-no-such-entry = Ce paquet n’a pas assez de mots qui conviennent.
notice-bad-secret = Ce mot ne va pas : il lui faut au moins une lettre à deviner.
notice-not-owner = Seul l’hôte du salon peut le faire.
notice-founder = On ne peut pas exclure qui a créé le salon.
notice-not-founder = Seule la personne qui a créé le salon peut le faire.
notice-not-ready = Tout le monde n’est pas encore prêt.
notice-too-few = Il faut plus de joueurs pour cela.
notice-match-on = La partie est déjà en cours.
notice-match-changed = Une autre partie a commencé entre-temps.
notice-no-match = Aucune partie n’est en cours.
notice-round-on = La manche est encore en cours.
notice-round-over = La manche est finie.
notice-round-changed = Une autre manche a commencé entre-temps.
notice-not-your-turn = Ce n’est pas ton tour.
notice-you-set-it = C’est toi qui as choisi le mot.
notice-watching = Tu ne fais que regarder.
notice-no-hint = Pas d’indice maintenant.
notice-bad-settings = On ne peut pas jouer avec ces réglages.
notice-not-in-alphabet = Cette lettre n’est pas dans l’alphabet de ce mot.
notice-repeat = { $what } a déjà été proposé ; cela ne coûte rien.
notice-pack-added = Le paquet { $what } a été ajouté.
notice-exported = Les événements ont été enregistrés dans { $what }.
notice-brought-back = Les autres jouent encore ; on te reconnecte avec eux.
notice-left-untold = Tu as quitté le salon, mais les autres n’ont pas pu être prévenus : ils te voient hors ligne.
