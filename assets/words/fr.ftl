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
cannot-go-on = Impossible de continuer dans ce salon
back-to-lobby = Retour à l’accueil
went-wrong = Quelque chose a mal tourné
engine-stopped = Le moteur du jeu s’est arrêté. Ton salon est conservé ; ferme la fenêtre et relance le jeu.

## On the way

opening = On ouvre { $room }…
joining = On rejoint { $room }…
knocking = Le salon { $room } est fermé à clé. On demande à l’hôte de te laisser entrer…
leaving = On s’en va…
good-bye = À bientôt !

## The lobby

lobby-about = Le jeu du pendu, pour tout le monde sur ce réseau
lobby-record = Tu as joué { $played ->
    [one] { $played } manche
   *[other] { $played } manches
} et trouvé { $won ->
    [one] { $won } mot
   *[other] { $won } mots
}. Ta meilleure série : { $best }.
lobby-hardest = Tes lettres les plus coriaces : { $letters }.
lobby-name = Ton nom
name-empty = Un nom a au moins un caractère visible.
name-too-long = Un nom a au plus 24 caractères.
name-control = Un nom n’a pas de caractères de contrôle.
lobby-host = Ouvrir un salon
lobby-rooms = Salons sur ce réseau
lobby-empty = Aucun salon pour l’instant
lobby-empty-more = Les salons apparaissent ici tout seuls. Ouvres-en un, ou demande à quelqu’un du même réseau de le faire. Si son salon n’apparaît pas, rejoins-le par son adresse, ci-dessous.
lobby-players = { $count ->
    [one] { $count } joueur
   *[other] { $count } joueurs
}
lobby-hosts = chez { $host }
lobby-state-lobby = en attente de la première manche
lobby-state-playing = manche en cours
lobby-state-between = entre deux manches
lobby-locked = fermé : il faut frapper
lobby-join = Rejoindre
lobby-join-name = Rejoindre { $room }
lobby-why-not = Impossible de rejoindre ce salon : { $why }.
lobby-kept = Salons où tu peux revenir
lobby-played = dernière partie { $ago }
lobby-back = Revenir
lobby-back-name = Revenir dans { $room }
lobby-forget = Oublier
lobby-forget-name = Oublier { $room }
lobby-forget-more = Supprime le fichier du salon sur cet ordinateur
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
lobby-go = Y aller
lobby-joined-before = Déjà rejoints :
lobby-bad-address = Une adresse ressemble à 10.0.0.5:40123 ou [fe80::1%2]:40123.
lobby-listens = Cet ordinateur écoute sur { $address }
lobby-version = version { $version }

## A room

room-leave = Quitter
room-history = Historique
room-address-more = Les autres peuvent entrer avec cette adresse
room-talk = Tchat
room-talk-new = { $count ->
    [one] Tchat ({ $count } nouveau)
   *[other] Tchat ({ $count } nouveaux)
}
room-guesses = Essais
room-one-copy = Ton dernier essai n’est que sur un seul ordinateur, le temps que les autres rattrapent leur retard.

## The board

board-ready = Quand vous voulez !
board-choose = Choisis un mode et un thème, puis lance la partie.
board-owner-starts = { $owner } lance la partie.
board-given-up = { $who } a lancé une nouvelle manche. Le mot était « { $secret } ».
board-match = { $mode } · manche { $round } sur { $rounds }
board-round = Manche { $round }
board-the-setter = Le maître du mot
board-found-it = Trouvé ! C’était « { $secret } ».
board-won = Mot trouvé, bravo !
board-lost = Oh non ! C’était « { $secret } ».
board-void = Cette manche ne compte pour personne : { $why }.
board-it-was = C’était « { $secret } ».
board-set-it = Choisis un mot pour les autres !
board-setting = { $setter } choisit un mot…
board-revealing = { $setter } dévoile le mot…
board-watching = Tu regardes. { $left }
board-others-guess = Les autres devinent. { $left }
board-my-turn = À toi de jouer ! { $left }
board-turn = À { $who } de jouer. { $left }
board-nobody = Personne n’est là pour deviner
board-first = { $left } Tape ou clique une lettre !
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
void-too-slow = le maître du mot a pris trop de temps
void-setter-gone = le maître du mot n’était plus là
void-given-up = le maître du mot a abandonné
void-false = les réponses du maître du mot étaient fausses
void-stopped = elle a été interrompue

## What just happened

told-time-mine = Ton temps est écoulé.
told-time = Temps écoulé pour { $who }.
told-cannot-play = { $who } ne peut pas jouer pour l’instant : le tour passe.
told-gone = { $who } n’est plus là.
told-here = { $who } est là.
told-owner-gone = { $old } n’est plus là : le salon est maintenant à { $new }.
told-owner-gone-mine = { $old } n’est plus là : le salon est maintenant à toi.
told-owner-passed = { $old } a confié le salon à { $new }.
told-owner-passed-mine = { $old } t’a confié le salon.
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
        [yes] Tu as trouvé le { $letter }, deux fois.
       *[no] { $who } a trouvé le { $letter }, deux fois.
    }
   *[other] { $me ->
        [yes] Tu as trouvé le { $letter }, { $count } fois.
       *[no] { $who } a trouvé le { $letter }, { $count } fois.
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

why-watching = Tu regardes : prends place pour deviner.
why-setter = Ce mot vient de toi : aux autres de deviner.
why-turn = À { $who } de jouer.
why-language = Le { $letter } n’existe pas dans la langue de ce mot.
why-tried = Le { $letter } a déjà été tenté.
key-free = Lettre { $letter }
key-pending = Lettre { $letter }, en route
key-hit = Lettre { $letter }, trouvée
key-miss = Lettre { $letter }, ratée
hint = Indice
hint-free = Montre une lettre, gratuitement
hint-paid = Montre une lettre, mais coûte un ballon
hint-last = Pas d’indice en échange du dernier ballon
hint-for-free = Indice (gratuit)
hint-for-balloon = Indice (−1 ballon)
solve-label = Tu l’as ?
solve-text = le mot entier
solve = Proposer
solve-wait = Attends ton tour.
solve-shape = { $typed ->
    [one] Cela fait { $typed } lettre
   *[other] Cela fait { $typed } lettres
} ; ici, il en faut { $hidden }.
solve-letters = Ces lettres ne sont pas dans l’alphabet du mot.

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
role-ready = prêt
role-away = hors ligne
remove-title = Exclure { $name } ?
remove-more = Cette personne en sera avertie, et ne pourra revenir que si tu la laisses entrer.
remove-not = Garder
remove = Exclure
removed = { $name } a dû sortir
let-in-again = Laisser revenir
mute = Ignorer
unmute = Ne plus ignorer
give-room = Lui confier le salon
remove-ask = Exclure du salon…
more-about = Options pour { $name }
knock = { $name } voudrait entrer.
let-in = Laisser entrer
refuse = Pas maintenant
guesses-none = Aucun essai pour l’instant.
guess-hint = indice
guess-hit = trouvé
guess-solved = résolu
guess-miss = raté

## Setting up

next-round = Manche suivante
take-seat = Prendre place
stop-ask = Arrêter la partie…
stop-title = Arrêter la partie ?
stop-between = Les points déjà gagnés restent acquis.
stop-now = Les points déjà gagnés restent acquis, et cette manche ne compte pour personne.
stop-not = Continuer
stop = Arrêter
match-over = La partie est finie
streak = Mots trouvés ensemble d’affilée : { $now }, record : { $best }
mode-together = Ensemble
mode-together-more = Une seule équipe : chacun devine quand il veut.
mode-turns = Tour à tour
mode-turns-more = Un essai chacun son tour, contre la montre. Les lettres rapportent des points.
mode-setter = Maître du mot
mode-setter-more = L’un choisit le mot, les autres le devinent. À tour de rôle.
level = Niveau
level-chosen = Niveau : { $level }
level-any = Tous
level-easy = Facile
level-normal = Moyen
level-hard = Difficile
rounds = Manches
turn-seconds = Secondes par tour
locked = Les inconnus doivent frapper
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
too-few = Il faut être deux : attends que quelqu’un arrive.
nobody = Personne
owner-sets-up = { $owner } prépare la prochaine partie : { $mode }, { $rounds ->
    [one] { $rounds } manche
   *[other] { $rounds } manches
}, mots : { $pack }
ready-waits = C’est bon pour toi. { $owner } lance la partie.
ready-not = Finalement, pas encore
ready = C’est bon !
watch = Juste regarder

## Setting a word

set-title = Tu choisis le mot. Personne d’autre ne le voit.
set-own = Ou un mot à toi
set-clue = Sa piste (ou rien)
set = Valider
set-chosen = Ton mot : { $word }
set-watch = Les autres devinent. Ton programme répond pour toi, et montre le mot à la fin.

## Talk

talk-none = Personne n’a encore rien dit.
talk-say = Dis quelque chose
talk-too-long = Un message a au plus 200 caractères.
talk-control = Un message n’a pas de caractères de contrôle.
react-cheer = Hourra
react-laugh = Ha ha
react-gasp = Oh !
react-think = Hum
react-sad = Oh non
react-heart = J’adore

## The rounds so far

history = Manches jouées
history-none = Aucune manche n’est encore terminée.
history-round = Manche
history-title = { $number } : { $secret } ({ $end })
history-lost = perdue
history-won = gagnée
history-back = Reculer
history-on = Avancer
history-step = { $step } sur { $steps }
history-guessed = { $who } a tenté le { $letter }
history-said = { $who } a proposé « { $word } »
history-hint = { $who } a pris un indice : le { $letter }
history-entry = { $what } — { $worth }, entrée { $index } du journal
history-beginning = Le début

## Trouble

choosing-leader = Élection d’un nouveau leader…
reconnecting = Reconnexion…
stalled-answering = Les autres répondent, mais aucun leader ne peut encore être élu.
stalled = Plus de contact avec { $names }.
stalled-alone = Plus de contact avec { $names }. Cet ordinateur est-il encore sur le réseau ?
stalled-more = Tes essais attendent que les absents reviennent. S’ils sont partis pour de bon, tu peux continuer sans eux.
stalled-may-lose = Les derniers essais risquent alors d’être perdus.
continue = Continuer sans eux
elsewhere = { $name } a continué sans toi.
elsewhere-more = La partie continue dans un autre salon. Suis-la pour y jouer ; ce qui s’est passé ici depuis n’y sera pas.
follow = Suivre

## The cluster

node = Ce nœud
node-more = Les leaders ordonnent le journal, les suiveurs votent, les apprentis ne font que suivre. Tout le monde joue.
node-leader = leader
node-cut-off = leader, isolé
node-follower = suiveur
node-candidate = candidat
node-learner = apprenti
leader = Leader
leader-more = À qui est le nœud qui ordonne le journal en ce moment
leader-none = aucun
term = Mandat
term-more = Compte les élections de ce cluster
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
settings-volume = Sons : { $percent } %
settings-silent = Muet
settings-quieter = Moins fort
settings-louder = Plus fort
settings-calm = Rien ne bouge
settings-awake = Garder l’écran allumé pendant une manche
about = À propos
about-free = Logiciel libre (MIT ou Apache-2.0), fait pour les gens d’un même réseau. Les bibliothèques qu’il contient et leurs licences sont dans THIRD-PARTY.txt, fourni avec le programme.
about-keys = Touches
about-keys-more = Lettres : proposer. Tab et Maj+Tab : commande suivante et précédente ; Entrée ou Espace : l’actionner. Échap : fermer une page. Ctrl et + ou - : plus grand ou plus petit. F11 : plein écran.
about-logs = Fichiers journaux :
about-data = Tes salons et réglages :
about-logs-at = Ce qui s’est passé est dans les fichiers journaux : { $folder }
about-copy = Copier
about-licences = Images, mots et polices
settings-private = dhangkanna parle aux ordinateurs de tes salons et à personne d’autre. Il ne compte rien et ne rapporte rien.

## Regarder Raft

raft = Raft au travail
raft-open = Regarder Raft
raft-save = Enregistrer
raft-save-more = Écrit ce qui s’est passé dans un fichier texte.
raft-facts = Ce nœud : { $role } · mandat { $term } · journal { $log }, validé { $committed }, appliqué { $applied }
ring-spoken = { $members } membres, { $voters } avec une voix ; leader : { $leader } ; mandat { $term }.
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
ring-votes = V : vote
ring-learns = L : apprend
latency-title = De ton clic jusqu’à l’accord de tous
latency-none = Rien encore : propose une lettre ou dis quelque chose.
latency = dernier { $last } ms · médiane de { $count } : { $median } ms · pire { $worst } ms
events = Ce qui s’est passé
event = Mandat { $term } : { $what }
event-seconds = il y a { $count } s
event-minutes = il y a { $count } min
event-opened = ce nœud a pris sa place.
event-campaigns = ce nœud n’entend aucun leader et demande des voix.
event-won = { $who } a gagné l’élection avec { $votes } voix sur { $of }.
event-leads = { $who } est leader.
event-no-leader = { $who } n’est plus leader ; personne d’autre encore.
event-joined = { $who } a rejoint le salon.
event-left = { $who } a quitté le salon.
event-votes = { $who } a maintenant une voix.
event-learns = { $who } n’a plus de voix.
event-away = { $who } ne répond pas.
event-back = { $who } est de retour après { $seconds } s.
event-quorum-lost = aucune majorité ne répond : rien ne peut être décidé.
event-quorum-back = une majorité répond de nouveau, après { $seconds } s.

## Un salon introuvable

find = Aucun salon en vue ?
find-looking = Examen du réseau de cet ordinateur…
find-again = Regarder encore
find-no-network = Cet ordinateur n’est dans aucun réseau. Connecte-le au Wi-Fi ou au câble que les autres utilisent.
find-only-virtual = Cet ordinateur n’a qu’un VPN ou un réseau virtuel. Connecte-le au réseau des autres ; ou, s’ils sont aussi dans le VPN, choisis-le ci-dessous.
find-no-multicast = Ce qui est envoyé à tous n’arrive même pas sur cet ordinateur : un pare-feu ou un VPN l’avale. Coupe le VPN, ou laisse passer dhangkanna dans le pare-feu.
find-no-port = Cet ordinateur n’atteint pas son propre jeu : un pare-feu est sur le chemin. Laisse passer dhangkanna.
find-alone = Tout va bien sur cet ordinateur, mais personne d’autre ne répond. Les autres sont-ils dans le même réseau ? Les réseaux d’invités séparent les ordinateurs : prends-en un autre, ou le partage d’un téléphone.
find-fine = Ici, tout va bien. S’il manque un salon, regarde cette page sur l’ordinateur qui l’a ouvert, ou rejoins-le par son adresse.
find-check-none = Aucun réseau n’est utilisé.
find-check-network = Dans un réseau : { $names }
find-check-multicast = Ce qui est envoyé à tous arrive (mDNS, UDP 5353).
find-check-no-multicast = Ce qui est envoyé à tous n’arrive pas (mDNS, UDP 5353).
find-check-port = Le jeu peut être atteint (TCP { $port }).
find-check-no-port = Le jeu ne peut pas être atteint (TCP { $port }).
find-check-others = { $count ->
    [0] Aucun autre appareil n’a répondu.
    [one] { $count } autre appareil a répondu.
   *[other] { $count } autres appareils ont répondu.
}
find-interfaces = Où chercher des joueurs
find-interface = { $name }, { $address } ({ $sort })
find-sort-network = réseau
find-sort-virtual = VPN ou virtuel
find-by-itself = Laisser choisir dhangkanna
find-firewall = Si cet ordinateur a un pare-feu, laisse entrer TCP { $port } et UDP 5353.
find-ufw = Le pare-feu ufw est actif. Pour laisser entrer le jeu : sudo ufw allow { $port }/tcp; sudo ufw allow 5353/udp
find-firewalld = Le pare-feu firewalld est actif. Pour laisser entrer le jeu : sudo firewall-cmd --add-port={ $port }/tcp --add-service=mdns
find-windows = Windows demande une fois si dhangkanna peut être joint. Si c’était non : Paramètres, Confidentialité et sécurité, Sécurité Windows, Pare-feu, Autoriser une application ; coche dhangkanna pour les réseaux privés.
find-mac = macOS demande une fois si dhangkanna peut chercher des appareils sur le réseau. Si c’était non : Réglages Système, Confidentialité et sécurité, Réseau local ; active dhangkanna.
find-address = Les autres peuvent aussi te rejoindre par ton adresse : { $address }

## Ce que le programme signale (en anglais, il le dit lui-même)

notice-unreachable = Personne ne répond à cette adresse. Est-elle juste, et le pare-feu y laisse-t-il entrer dhangkanna ?
notice-timeout = Pas de réponse à temps. Essaie encore.
notice-no-such-room = Ce salon est introuvable.
notice-version = Une autre version y tourne. Il faut installer la même sur les deux ordinateurs.
notice-busy = Il y a trop à faire en ce moment. Essaie encore dans un instant.
notice-in-room = Quitte d’abord le salon où tu es.
notice-not-in-room = Ouvre d’abord un salon, ou rejoins-en un.
notice-storage = Impossible d’écrire sur le disque. Reste-t-il de la place ?
notice-no-quorum = La majorité des joueurs est injoignable.
notice-ambiguous = Plusieurs salons portent ce nom. Choisis-en un dans la liste.
notice-twin = Une copie de ce profil y joue sur un autre ordinateur. Lance l’une des deux avec un autre --profile.
notice-replaced = Ce profil joue maintenant sur un autre ordinateur ; cette place a été abandonnée.
notice-room-full = Le salon est plein.
notice-full = Il n’y a plus de place à la table.
notice-bad-name = Ce nom ne va pas : 24 caractères au plus, et pas vide.
notice-removed = L’hôte t’a fait sortir de ce salon.
notice-not-let-in = On ne t’a pas laissé entrer.
notice-too-fast = C’était trop rapide. Attends un instant.
notice-old-rules = Quelqu’un dans le salon a une version plus ancienne, qui ne sait pas faire cela.
notice-still-played = On joue encore dans ce salon.
notice-nowhere = Personne n’a continué sans toi.
notice-stopped = Le programme est en train de s’arrêter.
notice-bad-pack = Ce fichier n’est pas un paquet de mots utilisable.
notice-no-such-entry = Ce paquet n’a pas assez de mots qui conviennent.
notice-bad-secret = Ce mot ne va pas : il lui faut au moins une lettre à deviner.
notice-not-owner = Seul l’hôte du salon peut le faire.
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
notice-bad-settings = On ne peut pas jouer ainsi.
notice-not-in-alphabet = Cette lettre n’existe pas dans cette langue.
notice-repeat = { $what } a déjà été proposé ; cela ne coûte rien.
notice-pack-added = Le paquet { $what } est maintenant à toi.
notice-exported = Les événements sont dans { $what }.
notice-brought-back = Les autres jouent encore ; on te ramène vers eux.
notice-left-untold = Tu as quitté le salon, mais les autres n’ont pas pu l’apprendre : ils te voient hors ligne.
