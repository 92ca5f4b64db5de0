# What the window says. One file for each language, with the same messages.
# Names, letters, words and numbers come in as variables.

## Everywhere

ok = Vale
cancel = Cancelar
close = Cerrar
you = { $name } (tú)
points = { $count ->
    [one] { $count } punto
   *[other] { $count } puntos
}
list-of-two = { $first } y { $last }

## Failures of the whole program

cannot-start = dhangkanna no puede empezar
cannot-go-on = La sala no puede seguir
back-to-lobby = Volver al inicio
went-wrong = Algo ha salido mal
engine-stopped = El motor se ha parado. Tu sala está guardada; cierra la ventana y empieza de nuevo.

## On the way

opening = Abriendo { $room }…
joining = Entrando en { $room }…
knocking = { $room } está cerrada. Se pregunta a quien la dirige si puedes entrar…
leaving = Saliendo…
good-bye = ¡Hasta luego!

## The lobby

lobby-about = El ahorcado para todos en esta red
lobby-record = Has jugado { $played ->
    [one] { $played } ronda
   *[other] { $played } rondas
} y encontrado { $won ->
    [one] { $won } palabra
   *[other] { $won } palabras
}, como mucho { $best } seguidas.
lobby-hardest = Tus letras más difíciles: { $letters }.
lobby-name = Tu nombre
lobby-host = Abrir una sala
lobby-rooms = Salas en esta red
lobby-empty = Aún no hay salas
lobby-empty-more = Las salas aparecen aquí solas. Abre una, o pídeselo a alguien de la misma red. Si su sala no aparece, entra abajo por su dirección.
lobby-players = { $count ->
    [one] { $count } jugador
   *[other] { $count } jugadores
}
lobby-hosts = con { $host }
lobby-state-lobby = esperando la primera ronda
lobby-state-playing = adivinando
lobby-state-between = entre dos rondas
lobby-join = Entrar
lobby-join-name = Entrar en { $room }
lobby-why-not = No se puede entrar: { $why }.
lobby-kept = Salas a las que puedes volver
lobby-played = última partida { $ago }
lobby-back = Volver
lobby-back-name = Volver a { $room }
lobby-forget = Olvidar
lobby-forget-name = Olvidar { $room }
lobby-forget-more = Borra el archivo de la sala en este equipo
ago-now = ahora mismo
ago-minutes = { $count ->
    [one] hace { $count } minuto
   *[other] hace { $count } minutos
}
ago-hours = { $count ->
    [one] hace { $count } hora
   *[other] hace { $count } horas
}
ago-days = { $count ->
    [one] hace { $count } día
   *[other] hace { $count } días
}
lobby-address = Entrar por dirección
lobby-go = Ir
lobby-bad-address = Una dirección es así: 10.0.0.5:40123 o [fe80::1%2]:40123.
lobby-listens = Este equipo escucha en { $address }
lobby-version = versión { $version }

## A room

room-leave = Salir
room-history = Historial
room-address-more = Otros pueden entrar por esta dirección
room-talk = Charla
room-talk-new = Charla ({ $count } sin leer)
room-guesses = Intentos
room-one-copy = Tu último intento está en un solo equipo hasta que los demás se pongan al día.

## The board

board-ready = Cuando quieras
board-choose = Elige cómo y sobre qué jugar, y empieza la partida.
board-owner-starts = { $owner } empieza la partida.
board-given-up = { $who } ha empezado otra ronda. La palabra era «{ $secret }».
board-match = { $mode } · ronda { $round } de { $rounds }
board-round = Ronda { $round }
board-the-setter = Quien pone la palabra
board-found-it = ¡Encontrada! Era «{ $secret }».
board-won = ¡La han encontrado!
board-lost = ¡Oh, no! Era «{ $secret }».
board-void = Esta ronda no cuenta para nadie: { $why }.
board-it-was = Era «{ $secret }».
board-set-it = ¡Elige una palabra para los demás!
board-setting = { $setter } está eligiendo una palabra…
board-revealing = { $setter } muestra la palabra…
board-watching = Estás mirando. { $left }
board-others-guess = Los demás adivinan. { $left }
board-my-turn = ¡Te toca! { $left }
board-turn = Le toca a { $who }. { $left }
board-nobody = No hay nadie para adivinar
board-first = { $left } ¡Di una letra!
balloons-left = { $count ->
    [one] ¡Queda un globo!
   *[other] Quedan { $count } globos.
}
board-seconds = { $seconds } s
board-seconds-left = quedan { $seconds } s
mask = Palabra: { $cells }
mask-blank = hueco
mask-space = espacio
void-too-slow = se tardó demasiado en poner la palabra
void-setter-gone = quien ponía la palabra no estaba
void-given-up = quien ponía la palabra se rindió
void-false = las respuestas eran falsas
void-stopped = se interrumpió

## What just happened

told-time-mine = Se te acabó el tiempo.
told-time = A { $who } se le acabó el tiempo.
told-cannot-play = { $who } no puede jugar ahora: sigue el turno.
told-letter = { $count ->
    [0] { $me ->
        [yes] Probaste la { $letter }. ¡Pum!
       *[no] { $who } probó la { $letter }. ¡Pum!
    }
    [1] { $me ->
        [yes] Encontraste la { $letter }.
       *[no] { $who } encontró la { $letter }.
    }
    [2] { $me ->
        [yes] Encontraste la { $letter }, dos veces.
       *[no] { $who } encontró la { $letter }, dos veces.
    }
   *[other] { $me ->
        [yes] Encontraste la { $letter }, { $count } veces.
       *[no] { $who } encontró la { $letter }, { $count } veces.
    }
}
told-hint = { $me ->
    [yes] Pediste una pista: { $letter }.
   *[no] { $who } pidió una pista: { $letter }.
}
told-knew = { $me ->
    [yes] ¡Lo sabías: «{ $word }»!
   *[no] ¡{ $who } lo sabía: «{ $word }»!
}
told-said = { $me ->
    [yes] Dijiste «{ $word }». ¡Pum!
   *[no] { $who } dijo «{ $word }». ¡Pum!
}

## The keys

why-watching = Estás mirando: siéntate para adivinar.
why-setter = La palabra es tuya: adivinan los demás.
why-turn = Le toca a { $who }.
why-language = { $letter } no es una letra del idioma de esta palabra.
why-tried = La { $letter } ya se probó.
key-free = Letra { $letter }
key-pending = Letra { $letter }, en camino
key-hit = Letra { $letter }, acierto
key-miss = Letra { $letter }, fallo
hint = Pista
hint-free = Muestra una letra, gratis
hint-paid = Muestra una letra y cuesta un globo
hint-last = Con el último globo no hay pista
solve-label = ¿La sabes?
solve-text = la palabra entera
solve = Resolver
solve-wait = Espera tu turno.
solve-shape = { $typed ->
    [one] Eso es { $typed } letra
   *[other] Eso son { $typed } letras
}; aquí hay { $hidden }.
solve-letters = Esas letras no están en el alfabeto de la palabra.

## Kanna

kanna-waits = Kanna flota bajo seis globos y espera la primera ronda
kanna-won = Kanna abre las alas: la palabra está encontrada
kanna-lost = Kanna está sentada en un charco: no quedan globos
kanna-floats = { $count ->
    [one] Kanna flota bajo su último globo
   *[other] Kanna flota bajo { $count } globos
}
pop-letter = ¡Pum! { $what }, de { $who }
pop-hint = ¡Pum! Una pista para { $who }

## The players

players = Jugadores ({ $count })
leads-more = Líder del clúster
role-leads = líder
role-owner = dirige la sala
role-sets = pone la palabra
role-watches = mira
role-ready = a punto
role-away = fuera
remove-title = ¿Quitar a { $name }?
remove-more = Se le dice, y no puede volver hasta que lo permitas otra vez.
remove-not = No quitar
remove = Quitar
removed = { $name } ya no está en la sala
let-in-again = Dejar entrar
mute = Silenciar
unmute = Volver a oír
give-room = Pasarle la sala
remove-ask = Quitar de la sala…
more-about = Más sobre { $name }
knock = { $name } quiere entrar.
let-in = Dejar entrar
refuse = Ahora no
guesses-none = Nadie ha probado nada aún.
guess-hint = pista
guess-hit = acierto
guess-miss = fallo

## Setting up

next-round = Siguiente ronda
take-seat = Sentarse a jugar
stop-ask = Parar la partida…
stop-title = ¿Parar la partida?
stop-between = Los puntos hasta ahora valen.
stop-now = Los puntos hasta ahora valen, y esta ronda no cuenta para nadie.
stop-not = Seguir jugando
stop = Parar
match-over = La partida ha terminado
streak = Palabras seguidas encontradas en equipo: { $now }, como mucho { $best }
mode-together = En equipo
mode-together-more = Un equipo: cualquiera adivina cuando quiera.
mode-turns = Por turnos
mode-turns-more = Un intento cada uno, contra el reloj. Las letras son puntos.
mode-setter = Con secreto
mode-setter-more = Uno pone la palabra, los demás adivinan. Por turnos.
level = Nivel
level-any = Todos
level-easy = Fácil
level-normal = Medio
level-hard = Difícil
rounds = Rondas
turn-seconds = Segundos por turno
locked = Los extraños tienen que llamar
pack-language = Idioma
pack-words = Palabras
pack-all = Todas
start = Empezar
start-anyway = Empezar ya
not-ready-one = { $who } aún no está a punto.
not-ready = { $count } personas aún no están a punto.
too-few = Hacen falta dos: espera a que entre alguien.
nobody = Nadie
owner-sets-up = { $owner } prepara la próxima partida: { $mode }, { $rounds ->
    [one] { $rounds } ronda
   *[other] { $rounds } rondas
}, palabras: { $pack }
ready-waits = Estás a punto. { $owner } empieza la partida.
ready-not = Mejor aún no
ready = Estoy a punto
watch = Solo mirar
start-round = Empezar una ronda
older = Alguien tiene aquí un dhangkanna más antiguo, que no conoce partidas de varias rondas.

## Setting a word

set-title = Tú pones la palabra. Nadie más la ve.
set-own = O una tuya
set-clue = Su pista (o ninguna)
set = Poner
set-chosen = Tu palabra: { $word }
set-watch = Los demás adivinan. Tu programa responde por ti y muestra la palabra al final.

## Talk

talk-none = Nadie ha dicho nada aún.
talk-say = Di algo
react-cheer = Hurra
react-laugh = Ja, ja
react-gasp = ¡Oh!
react-think = Mmm
react-sad = Oh, no
react-heart = Qué bonito

## The rounds so far

history = Las rondas hasta ahora
history-none = Aún no ha terminado ninguna ronda.
history-round = Ronda
history-lost = perdida
history-won = ganada
history-back = Atrás
history-on = Adelante
history-step = { $step } de { $steps }
history-guessed = { $who }: { $letter }
history-said = { $who }: «{ $word }»
history-hint = { $who } pidió una pista: { $letter }
history-entry = { $what } — { $worth }, entrada { $index } del registro
history-beginning = El comienzo

## Trouble

choosing-leader = Eligiendo un nuevo líder…
reconnecting = Volviendo a conectar…
stalled-answering = Los demás responden, pero aún no se puede elegir un líder.
stalled = Sin respuesta: { $names }.
stalled-alone = Sin respuesta: { $names }. ¿Sigue este equipo en la red?
stalled-more = Tus intentos esperan a que vuelvan. Si no van a volver, puedes seguir sin ellos.
stalled-may-lose = Los últimos intentos pueden perderse.
continue = Seguir sin ellos
elsewhere = { $name } ha seguido sin ti.
elsewhere-more = La partida continúa en otra sala. Síguela para jugar allí; lo que pasó aquí desde entonces se queda atrás.
follow = Seguir

## The cluster

node = Este nodo
node-more = El líder ordena el registro, los seguidores votan, los aprendices solo siguen. Todos juegan.
node-leader = líder
node-cut-off = líder, aislado
node-follower = seguidor
node-candidate = candidato
node-learner = aprendiz
leader = Líder
leader-more = De quién es el nodo que ordena ahora el registro
leader-none = ninguno
term = Mandato
term-more = Cuenta las elecciones de este clúster
applied = Aplicado
applied-more = Índice de la última entrada del registro en esta partida
voters = Votantes
voters-of = { $voters } de { $members }
voters-more = Cuántos miembros votan
quorum = Quórum
quorum-more = Si se alcanza a la mayoría de los votantes
yes = sí
no = no
