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

## Failures of the whole program

cannot-start = dhangkanna ne peut pas démarrer
cannot-go-on = Le salon ne peut pas continuer
back-to-lobby = Retour à l’accueil
went-wrong = Quelque chose s’est mal passé
engine-stopped = Le moteur s’est arrêté. Ton salon est gardé ; ferme la fenêtre et relance le jeu.

## On the way

opening = Ouverture de { $room }…
joining = En route vers { $room }…
knocking = { $room } est fermé. On demande à son hôte si tu peux entrer…
leaving = Sortie…
good-bye = À bientôt !

## The lobby

lobby-about = Le pendu pour tout le monde sur ce réseau
lobby-record = Tu as joué { $played ->
    [one] { $played } manche
   *[other] { $played } manches
} et trouvé { $won ->
    [one] { $won } mot
   *[other] { $won } mots
}, au mieux { $best } d’affilée.
lobby-hardest = Tes lettres les plus dures : { $letters }.
lobby-name = Ton nom
lobby-host = Ouvrir un salon
lobby-rooms = Salons sur ce réseau
lobby-empty = Pas encore de salon
lobby-empty-more = Les salons apparaissent ici tout seuls. Ouvres-en un, ou demande-le à quelqu’un du même réseau. Si son salon n’apparaît pas, entre par son adresse ci-dessous.
lobby-players = { $count ->
    [one] { $count } joueur
   *[other] { $count } joueurs
}
lobby-hosts = chez { $host }
lobby-state-lobby = en attente de la première manche
lobby-state-playing = on devine
lobby-state-between = entre deux manches
lobby-join = Entrer
lobby-join-name = Entrer dans { $room }
lobby-why-not = Impossible d’entrer : { $why }.
lobby-kept = Salons où tu peux revenir
lobby-played = joué { $ago }
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
lobby-address = Entrer par adresse
lobby-go = Go
lobby-bad-address = Une adresse ressemble à 10.0.0.5:40123 ou [fe80::1%2]:40123.
lobby-listens = Cet ordinateur écoute sur { $address }
lobby-version = version { $version }

## A room

room-leave = Quitter
room-history = Historique
room-address-more = Les autres peuvent entrer par cette adresse
room-talk = Parler
room-talk-new = Parler ({ $count } non lus)
room-guesses = Essais
room-one-copy = Ton dernier essai n’est que sur un ordinateur, le temps que les autres rattrapent.

## The board

board-ready = Quand tu veux
board-choose = Choisis comment et sur quoi jouer, et lance la partie.
board-owner-starts = { $owner } lance la partie.
board-given-up = { $who } a lancé une autre manche. Le mot était « { $secret } ».
board-match = { $mode } · manche { $round } sur { $rounds }
board-round = Manche { $round }
board-the-setter = Le maître du mot
board-found-it = Trouvé ! C’était « { $secret } ».
board-won = Vous l’avez trouvé !
board-lost = Oh non ! C’était « { $secret } ».
board-void = Cette manche ne compte pour personne : { $why }.
board-it-was = C’était « { $secret } ».
board-set-it = Choisis un mot pour les autres !
board-setting = { $setter } choisit un mot…
board-revealing = { $setter } montre le mot…
board-watching = Tu regardes. { $left }
board-others-guess = Les autres devinent. { $left }
board-my-turn = À toi ! { $left }
board-turn = C’est à { $who }. { $left }
board-nobody = Personne n’est là pour deviner
board-first = { $left } Devine une lettre !
balloons-left = { $count ->
    [one] Plus qu’un ballon !
   *[other] Encore { $count } ballons.
}
board-seconds = { $seconds } s
board-seconds-left = encore { $seconds } s
mask = Mot : { $cells }
mask-blank = vide
mask-space = espace
void-too-slow = le choix du mot a trop duré
void-setter-gone = le maître du mot était parti
void-given-up = le maître du mot a abandonné
void-false = les réponses étaient fausses
void-stopped = elle a été arrêtée

## What just happened

told-time-mine = Ton temps est écoulé.
told-time = Le temps de { $who } est écoulé.
told-cannot-play = { $who } ne peut pas jouer : on continue.
told-letter = { $count ->
    [0] { $me ->
        [yes] Tu as essayé { $letter }. Pop !
       *[no] { $who } a essayé { $letter }. Pop !
    }
    [1] { $me ->
        [yes] Tu as trouvé { $letter }.
       *[no] { $who } a trouvé { $letter }.
    }
    [2] { $me ->
        [yes] Tu as trouvé { $letter }, deux fois.
       *[no] { $who } a trouvé { $letter }, deux fois.
    }
   *[other] { $me ->
        [yes] Tu as trouvé { $letter }, { $count } fois.
       *[no] { $who } a trouvé { $letter }, { $count } fois.
    }
}
told-hint = { $me ->
    [yes] Tu as pris un indice : { $letter }.
   *[no] { $who } a pris un indice : { $letter }.
}
told-knew = { $me ->
    [yes] Tu le savais : « { $word } » !
   *[no] { $who } le savait : « { $word } » !
}
told-said = { $me ->
    [yes] Tu as dit « { $word } ». Pop !
   *[no] { $who } a dit « { $word } ». Pop !
}

## The keys

why-watching = Tu regardes : assieds-toi pour deviner.
why-setter = Le mot est de toi : les autres devinent.
why-turn = C’est à { $who }.
why-language = { $letter } n’est pas une lettre de la langue de ce mot.
why-tried = { $letter } a déjà été essayé.
key-free = Lettre { $letter }
key-pending = Lettre { $letter }, en route
key-hit = Lettre { $letter }, trouvée
key-miss = Lettre { $letter }, ratée
hint = Indice
hint-free = Montre une lettre, gratuitement
hint-paid = Montre une lettre et coûte un ballon
hint-last = Pas d’indice pour le dernier ballon
solve-label = Tu sais ?
solve-text = le mot entier
solve = Résoudre
solve-wait = Attends ton tour.
solve-shape = { $typed ->
    [one] Cela fait { $typed } lettre
   *[other] Cela fait { $typed } lettres
} ; il en faut { $hidden }.
solve-letters = Ces lettres ne sont pas dans l’alphabet du mot.

## Kanna

kanna-waits = Kanna flotte sous six ballons et attend la première manche
kanna-won = Kanna ouvre ses ailes : le mot est trouvé
kanna-lost = Kanna est assise dans une flaque : plus de ballons
kanna-floats = { $count ->
    [one] Kanna flotte sous son dernier ballon
   *[other] Kanna flotte sous { $count } ballons
}
pop-letter = Pop ! { $what }, par { $who }
pop-hint = Pop ! Un indice pour { $who }

## The players

players = Joueurs ({ $count })
leads-more = Leader du cluster
role-leads = leader
role-owner = hôte
role-sets = maître du mot
role-watches = regarde
role-ready = prêt
role-away = absent
remove-title = Exclure { $name } ?
remove-more = Il en est averti, et ne peut revenir que si tu le permets.
remove-not = Garder
remove = Exclure
removed = { $name } a été exclu
let-in-again = Laisser revenir
mute = Ne plus entendre
unmute = Entendre à nouveau
give-room = Confier le salon
remove-ask = Exclure du salon…
more-about = Plus sur { $name }
knock = { $name } voudrait entrer.
let-in = Laisser entrer
refuse = Pas maintenant
guesses-none = Personne n’a encore deviné.
guess-hint = indice
guess-hit = trouvé
guess-miss = raté

## Setting up

next-round = Manche suivante
take-seat = Prendre place
stop-ask = Arrêter la partie…
stop-title = Arrêter la partie ?
stop-between = Les points restent acquis.
stop-now = Les points restent acquis, et cette manche ne compte pour personne.
stop-not = Continuer
stop = Arrêter
match-over = La partie est finie
streak = Mots trouvés ensemble d’affilée : { $now }, au mieux { $best }
mode-together = Ensemble
mode-together-more = Une équipe : chacun devine quand il veut.
mode-turns = Tour à tour
mode-turns-more = Un essai chacun son tour, contre la montre. Les lettres sont des points.
mode-setter = Maître du mot
mode-setter-more = L’un choisit le mot, les autres devinent. À tour de rôle.
level = Niveau
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
not-ready-one = { $who } n’est pas encore prêt.
not-ready = { $count } d’entre vous ne sont pas encore prêts.
too-few = Il faut être deux : attends que quelqu’un arrive.
nobody = Personne
owner-sets-up = { $owner } prépare la prochaine partie : { $mode }, { $rounds ->
    [one] { $rounds } manche
   *[other] { $rounds } manches
}, mots : { $pack }
ready-waits = C’est bon pour toi. { $owner } lance la partie.
ready-not = Finalement non
ready = Je suis prêt
watch = Regarder
start-round = Lancer une manche
older = Quelqu’un a ici un dhangkanna plus ancien, qui ne connaît pas les parties.

## Setting a word

set-title = Tu choisis le mot. Personne d’autre ne le voit.
set-own = Ou le tien
set-clue = Son indice (ou aucun)
set = Choisir
set-chosen = Ton mot : { $word }
set-watch = Les autres devinent. Ton programme répond pour toi et montre le mot à la fin.

## Talk

talk-none = Personne n’a encore parlé.
talk-say = Dis quelque chose
react-cheer = Hourra
react-laugh = Ha ha
react-gasp = Oh !
react-think = Hum
react-sad = Oh non
react-heart = Trop bien

## The rounds so far

history = Les manches jouées
history-none = Aucune manche n’est encore finie.
history-round = Manche
history-lost = perdue
history-won = gagnée
history-back = En arrière
history-on = En avant
history-step = { $step } sur { $steps }
history-guessed = { $who } : { $letter }
history-said = { $who } : « { $word } »
history-hint = { $who } a pris un indice : { $letter }
history-entry = { $what } — { $worth }, entrée { $index } du journal
history-beginning = Le début

## Trouble

choosing-leader = Élection d’un nouveau leader…
reconnecting = Reconnexion…
stalled-answering = Les autres répondent, mais aucun leader ne peut encore être élu.
stalled = Sans réponse : { $names }.
stalled-alone = Sans réponse : { $names }. Cet ordinateur est-il encore sur le réseau ?
stalled-more = Tes essais attendent leur retour. S’ils ne reviennent pas, tu peux continuer sans eux.
stalled-may-lose = Les derniers essais peuvent alors être perdus.
continue = Continuer sans eux
elsewhere = { $name } a continué sans toi.
elsewhere-more = La partie continue dans un autre salon. Suis-la pour y jouer ; ce qui s’est passé ici depuis reste derrière.
follow = Suivre

## The cluster

node = Ce nœud
node-more = Le leader ordonne le journal, les suiveurs votent, les apprentis suivent seulement. Tous jouent.
node-leader = leader
node-cut-off = leader, isolé
node-follower = suiveur
node-candidate = candidat
node-learner = apprenti
leader = Leader
leader-more = À qui est le nœud qui ordonne le journal
leader-none = aucun
term = Mandat
term-more = Compte les élections de ce cluster
applied = Appliqué
applied-more = Indice de la dernière entrée du journal dans cette partie
voters = Votants
voters-of = { $voters } sur { $members }
voters-more = Combien de membres votent
quorum = Quorum
quorum-more = Si la majorité des votants est joignable
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
settings-size = Taille : { $percent } %
settings-smaller = Plus petit
settings-larger = Plus grand
settings-private = dhangkanna parle aux ordinateurs de tes salons et à personne d’autre. Il ne compte et ne signale rien.
