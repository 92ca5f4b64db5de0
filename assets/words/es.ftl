# What the window says. One file for each language, with the same messages.
# Names, letters, words and numbers come in as variables.

## Everywhere

ok = OK
cancel = Cancelar
close = Cerrar
you = { $name } (tú)
points = { $count ->
    [one] { $count } punto
   *[other] { $count } puntos
}
list-of-two = { $first } y { $last }
quoted = «{ $word }»

## Failures of the whole program

cannot-start = No se puede iniciar dhangkanna
cannot-go-on = Esta sala no puede continuar
back-to-lobby = Volver al inicio
went-wrong = Algo salió mal
engine-stopped = El juego se detuvo inesperadamente. Tu sala está guardada: cierra esta ventana y vuelve a abrir dhangkanna.

## On the way

opening = Abriendo { $room }…
joining = Uniéndote a { $room }…
knocking = Pidiendo permiso para entrar en la sala { $room }…
pin-enter = PIN de la pantalla del anfitrión
pin-go = Entrar
pin-six = Un PIN tiene seis cifras.
leaving = Saliendo…
good-bye = ¡Hasta pronto!

## The lobby

lobby-about = El ahorcado para todo el mundo en esta red
lobby-record = Jugaste { $played ->
    [one] { $played } ronda
   *[other] { $played } rondas
} y encontraste { $won ->
    [one] { $won } palabra
   *[other] { $won } palabras
}; tu mejor racha: { $best }.
lobby-hardest = Tus letras más difíciles: { $letters }.
lobby-name = Tu nombre
name-empty = Un nombre necesita al menos un carácter visible.
name-too-long = Un nombre puede tener hasta 24 caracteres.
name-control = Un nombre no puede llevar caracteres de control.
name-hidden = Un nombre no puede llevar caracteres invisibles.
name-marks = Una letra del nombre puede llevar dos signos como máximo.
lobby-host = Crear una sala
lobby-rooms = Salas en esta red
lobby-empty = Todavía no hay salas
lobby-empty-more = Las salas aparecen aquí solas. Crea una o pídele a alguien de la misma red que lo haga. ¿No ves la suya? Únete con su dirección aquí abajo.
lobby-players = { $count ->
    [one] { $count } jugador
   *[other] { $count } jugadores
}
lobby-hosts = Sala de { $host }
lobby-met = ya habéis jugado juntos
lobby-rival = Otros también dicen dirigir esta sala. Pregunta a tus amigos cuál es la suya.
lobby-state-lobby = por empezar
lobby-state-playing = jugando ahora
lobby-state-between = entre rondas
lobby-locked = cerrada: hay que pedir permiso
lobby-join = Unirse
lobby-join-name = Unirse a { $room }
lobby-why-not = No puedes unirte: { $why }.
lobby-kept = Tus salas
lobby-played = última partida: { $ago }
lobby-back = Volver a entrar
lobby-back-name = Volver a entrar en { $room }
lobby-forget = Olvidar
lobby-forget-name = Olvidar { $room }
lobby-forget-more = Borra esta sala de este equipo
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
lobby-address = Unirse por dirección
lobby-pin = PIN
lobby-go = Ir
lobby-joined-before = Recientes:
lobby-bad-address = Las direcciones son como 10.0.0.5:40123 o [fe80::1%2]:40123.
lobby-listens = Tu dirección: { $address }
lobby-version = versión { $version }

## A room

room-leave = Salir
room-history = Historial
room-address-more = Comparte esta dirección para que los demás puedan unirse
room-talk = Chat
room-talk-new = Chat ({ $count } sin leer)
room-guesses = Intentos
room-one-copy = Por ahora, tu último intento está guardado en un solo equipo.

## The board

board-ready = Cuando quieras
board-choose = Elige un modo y un paquete de palabras, y empieza.
board-owner-starts = Esperando a que { $owner } empiece la partida.
board-given-up = { $who } empezó otra ronda. La palabra era «{ $secret }».
board-match = { $mode } · ronda { $round } de { $rounds }
board-round = Ronda { $round }
board-the-setter = Alguien
board-found-it = ¡Encontrada! Era «{ $secret }».
board-won = ¡Palabra encontrada!
board-lost = ¡Oh, no! Era «{ $secret }».
board-void = Ronda anulada: { $why }.
board-broken-off = { $why }. Los puntos conseguidos hasta entonces cuentan.
board-it-was = Era «{ $secret }».
board-set-it = ¡Elige una palabra para los demás!
board-setting = { $setter } está eligiendo una palabra…
board-revealing = { $setter } está mostrando la palabra…
board-watching = Estás mirando. { $left }
board-others-guess = Los demás están adivinando. { $left }
board-my-turn = ¡Te toca! { $left }
board-turn = Turno de { $who }. { $left }
board-nobody = No hay nadie que pueda adivinar
board-first = { $left } ¡Escribe o pulsa una letra!
balloons-left = { $count ->
    [one] ¡Queda un globo!
   *[other] Quedan { $count } globos.
}
board-seconds = { $seconds } s
board-seconds-left = { $seconds ->
    [one] queda { $seconds } segundo
   *[other] quedan { $seconds } segundos
}
mask = Palabra: { $cells }
mask-blank = hueco
mask-space = espacio
void-too-slow = { $who } tardó demasiado
void-setter-gone = { $who } se fue
void-given-up = { $who } se rindió
void-false = { $who } dio respuestas falsas
void-stopped = se terminó la partida

## What just happened

told-time-mine = Se te acabó el tiempo.
told-time = Se le acabó el tiempo a { $who }.
told-cannot-play = { $who } no puede jugar ahora: pasa el turno.
told-gone = { $who } se fue.
told-here = { $who } está aquí.
told-owner-gone = { $old } se fue. Ahora organiza { $new }.
told-owner-gone-mine = { $old } se fue. Ahora organizas tú.
told-owner-passed = { $old } le cedió la sala a { $new }.
told-owner-passed-mine = { $old } te cedió la sala.
told-owner-again = { $new } vuelve a organizar la sala.
told-owner-again-mine = Vuelves a organizar la sala.
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
        [yes] Encontraste la { $letter } dos veces.
       *[no] { $who } encontró la { $letter } dos veces.
    }
   *[other] { $me ->
        [yes] Encontraste la { $letter } { $count } veces.
       *[no] { $who } encontró la { $letter } { $count } veces.
    }
}
told-hint = { $me ->
    [yes] Pediste una pista: la { $letter }.
   *[no] { $who } pidió una pista: la { $letter }.
}
told-knew = { $me ->
    [yes] ¡La resolviste: «{ $word }»!
   *[no] ¡{ $who } la resolvió: «{ $word }»!
}
told-said = { $me ->
    [yes] Propusiste «{ $word }». ¡Pum!
   *[no] { $who } propuso «{ $word }». ¡Pum!
}

## The keys

why-watching = Estás mirando. Pulsa «Participar» para jugar.
why-setter = Esta palabra la pusiste tú. Adivinan los demás.
why-turn = Es el turno de { $who }.
why-language = La { $letter } no está en el alfabeto de esta palabra.
why-tried = La { $letter } ya se probó.
key-free = Letra { $letter }
key-pending = Letra { $letter }, enviando
key-hit = Letra { $letter }, acierto
key-miss = Letra { $letter }, fallo
hint = Pista
hint-free = Muestra una letra gratis
hint-paid = Muestra una letra, pero cuesta un globo
hint-last = No puedes gastar tu último globo en una pista
hint-for-free = Pista (gratis)
hint-for-balloon = Pista (−1 globo)
solve-label = ¿Te la sabes?
solve-text = la palabra entera
solve = Resolver
solve-wait = Espera tu turno.
solve-shape = { $typed ->
    [one] Escribiste { $typed } letra
   *[other] Escribiste { $typed } letras
}; la palabra tiene { $hidden }.
solve-letters = Algunas de esas letras no están en el alfabeto de esta palabra.

## Kanna

kanna-waits = Kanna flota bajo seis globos y espera la primera ronda
kanna-won = Kanna despliega las alas: ¡palabra encontrada!
kanna-lost = Kanna está sentada en un charco: no quedan globos
kanna-floats = { $count ->
    [one] Kanna flota bajo su último globo
   *[other] Kanna flota bajo { $count } globos
}
pop-letter = ¡Pum! { $what }, intento de { $who }
pop-hint = ¡Pum! Una pista para { $who }

## The players

players = Jugadores ({ $count })
leads-more = Lidera el clúster
role-leads = lidera
role-owner = organiza
role-sets = reta
role-watches = mira
role-ready = todo listo
role-away = ausente
pin-make = Crear un PIN
pin-make-more = Quien lo escriba entra sin preguntar, aunque la sala esté cerrada.
pin-shown = PIN { $pin }
pin-new = Nuevo PIN
pin-off = Quitar
role-seatless = sin puesto
someone = Alguien ({ $id })
remove-title = ¿Sacar a { $name }?
remove-more = Recibirá un aviso y no podrá volver hasta que le permitas entrar de nuevo.
remove-returns = Con otro nombre sí podría volver, mientras la sala no esté cerrada.
remove-lock = Cerrar también la sala
founder-stays = No se puede sacar a quien fundó la sala.
remove = Sacar
removed = { $name } está fuera de la sala
let-in-again = Dejar volver
mute = Silenciar
unmute = Dejar de silenciar
give-room = Cederle la sala
take-room = Recuperar la sala
remove-ask = Sacar de la sala…
more-about = Opciones de { $name }
knock = { $name } quiere unirse.
let-in = Dejar entrar
refuse = Ahora no
knocks = { $count } quieren unirse.
knock-met = Ya habéis jugado juntos.
knock-new = Aún no os conocéis.
let-all-in = Dejar entrar a todos
refuse-all = Rechazar a todos
answer-all-more = A todos los que esperan, aunque no salgan aquí.
guesses-none = Todavía no hay intentos.
guess-hint = pista
guess-hit = acierto
guess-solved = resuelta
guess-miss = fallo

## Setting up

next-round = Siguiente ronda
next-no-pack = Las palabras de esta partida son del paquete «{ $pack }», que no está en este equipo. Quien lo tenga puede empezar la siguiente ronda.
take-seat = Participar
stop-ask = Terminar partida…
stop-title = ¿Terminar la partida?
stop-between = Todos conservan sus puntos.
stop-now = Todos conservan sus puntos, pero esta ronda no cuenta.
stop-not = Seguir jugando
stop = Terminar partida
match-over = Fin de la partida
streak = Racha del equipo: { $now } (récord: { $best })
mode-together = En equipo
mode-together-more = Un solo equipo: adivina cuando quieras.
mode-turns = Por turnos
mode-turns-more = Por turnos y contra el reloj. Cada acierto da puntos.
mode-setter = Reto
mode-setter-more = Una persona pone la palabra y las demás adivinan. Todas tienen su turno.
level = Dificultad
level-any = Cualquier nivel
level-easy = Fácil
level-normal = Normal
level-hard = Difícil
rounds = Rondas
turn-seconds = Segundos por turno
locked = Preguntar antes de dejar entrar
pack-language = Idioma
pack-words = Palabras
pack-all = Todas
start = Empezar partida
start-anyway = Empezar de todos modos
not-ready-one = Falta que { $who } pulse «Todo listo».
not-ready = Falta que { $count } personas pulsen «Todo listo».
too-few = Hacen falta al menos dos jugadores. Esperando a que se una alguien…
nobody = Nadie
owner-sets-up = { $owner } está preparando la próxima partida: { $mode }, { $rounds ->
    [one] { $rounds } ronda
   *[other] { $rounds } rondas
}, palabras: { $pack }
ready-waits = Todo listo. Esperando a que { $owner } empiece la partida.
ready-not = Todavía no
ready = Todo listo
watch = Solo mirar

## Setting a word

set-title = Elige la palabra. Solo tú puedes verla.
set-own = O escribe una tuya
set-clue = Definición (opcional)
set = Usar esta palabra
set-chosen = Tu palabra: { $word }
set-watch = dhangkanna responde por ti y muestra la palabra al final.

## The chat

talk-none = Todavía no hay mensajes.
talk-say = Di algo
talk-too-long = Un mensaje puede tener hasta 200 caracteres.
talk-control = Un mensaje no puede llevar caracteres de control.
react-cheer = ¡Hurra!
react-laugh = Ja, ja
react-gasp = ¡Oh!
react-think = Mmm
react-sad = Oh, no
react-heart = Me encanta

## The rounds so far

history = Rondas jugadas
history-none = Todavía no hay rondas terminadas.
history-round = Ronda
history-title = { $number }: { $secret } ({ $end })
history-lost = perdida
history-won = ganada
history-back = Anterior
history-on = Siguiente
history-step = { $step } de { $steps }
history-guessed = { $who } probó la { $letter }
history-said = { $who } propuso «{ $word }»
history-hint = { $who } pidió una pista: la { $letter }
history-entry = { $what } — { $worth }, entrada { $index } del registro
history-beginning = Comienzo de la ronda

## Trouble

choosing-leader = Eligiendo líder…
reconnecting = Reconectando…
stalled-answering = Los demás están ahí, pero todavía no pueden elegir un líder.
stalled = Sin conexión con { $names }.
stalled-alone = Sin conexión con { $names }. ¿Este equipo sigue en la red?
stalled-more = Tus intentos esperan a que vuelva la conexión. Si ya no va a volver, puedes seguir sin quienes faltan.
stalled-may-lose = En ese caso podrían perderse los últimos intentos.
continue = Seguir sin esperar
split = Tú y { $names } veis partidas distintas.
split-more = Algún programa no respeta las reglas. Comparad lo que veis; quien vea algo distinto, que salga y vuelva a entrar.
newer-copy = Con { $names }, esta partida va más adelantada que en este equipo.
newer-copy-more = El archivo de aquí puede ser una copia antigua, de una copia de seguridad. ¿Qué partida sigue?
newer-copy-theirs = Jugar la suya
newer-copy-own = Jugar la mía
elsewhere = { $name } siguió sin ti.
elsewhere-more = La partida continúa en otra sala. Ve allí para jugar; lo que pasó aquí desde entonces se queda atrás. Si te quedas, no se pierde nada de eso.
elsewhere-stay = Quedarme aquí
follow = Ir allí

## The cluster

node = Este nodo
node-more = El líder ordena el registro, los seguidores votan y los aprendices solo lo reciben. Todos juegan.
node-leader = líder
node-cut-off = líder, aislado
node-follower = seguidor
node-candidate = candidato
node-learner = aprendiz
leader = Líder
leader-more = El nodo que ordena ahora el registro
leader-none = ninguno
term = Mandato
term-more = Aumenta con cada elección
applied = Aplicado
applied-more = Índice de la última entrada del registro aplicada a la partida
voters = Votantes
voters-of = { $voters } de { $members }
voters-more = Cuántos miembros votan
quorum = Quórum
quorum-more = Si hay contacto con la mayoría de los votantes
yes = sí
no = no

## Settings

settings = Ajustes
settings-language = Idioma
settings-system = Igual que el sistema
settings-look = Colores
look-light = Claro
look-dark = Oscuro
look-contrast = Alto contraste
settings-size = Tamaño
settings-volume = Sonidos: { $percent } %
settings-silent = Silencio
settings-quieter = Más bajo
settings-louder = Más alto
settings-calm = Reducir movimiento
settings-calm-system = Tu sistema pide menos movimiento.
settings-awake = Mantener la pantalla encendida durante una ronda
about = Acerca de
about-free = Software libre (MIT o Apache-2.0). Sus bibliotecas y las licencias de estas están en THIRD-PARTY.txt, que acompaña al programa.
about-keys = Teclado
about-keys-more = Letras: probar. Tab y Mayús+Tab: al siguiente control y al anterior; Intro o espacio: pulsarlo. Escape: cerrar una página. Ctrl y + o -: más grande o más pequeño. F11: pantalla completa.
about-logs = Archivos de registro:
about-data = Tus salas y ajustes:
about-logs-at = Los detalles están en los archivos de registro: { $folder }
about-copy = Copiar
about-licences = Imágenes, palabras y tipos de letra
settings-private = dhangkanna solo habla con los equipos de tus salas. Sin rastreo ni telemetría.

## Watching Raft

raft = Raft en acción
raft-open = Ver Raft
raft-save = Guardar eventos
raft-save-more = Guarda los eventos en un archivo de texto
raft-facts = Este nodo: { $role } · mandato { $term } · registro { $log }, confirmado { $committed }, aplicado { $applied }
ring-spoken = { $members ->
    [one] Un miembro
   *[other] { $members } miembros
}, { $voters ->
    [one] uno con voto
   *[other] { $voters } con voto
}; líder: { $leader }; mandato { $term }.
ring-away = ausente
ring-leads = lidera
ring-behind = { $count ->
    [0] al día
    [one] { $count } entrada por detrás
   *[other] { $count } entradas por detrás
}
ring-heartbeat = latido
ring-entries = entradas del registro
ring-vote = voto
ring-answer = respuesta
ring-votes = V: vota
ring-learns = L: aprende
latency-title = Desde tu clic hasta que todos están de acuerdo
latency-none = Nada todavía: prueba una letra o di algo.
latency = último { $last } ms · mediana de { $count }: { $median } ms · peor { $worst } ms
events = Eventos
event = Mandato { $term }: { $what }
event-seconds = hace { $count } s
event-minutes = hace { $count } min
event-opened = este nodo se inició.
event-campaigns = este nodo no tiene noticias de ningún líder y pide votos.
event-won = { $who } ganó la elección con { $votes } de { $of } votos.
event-leads = { $who } es líder.
event-no-leader = { $who } ya no es líder; todavía no se ha elegido a nadie.
event-joined = { $who } se unió.
event-left = { $who } se fue.
event-votes = { $who } ya tiene voto.
event-learns = { $who } ya no tiene voto.
event-away = { $who } no responde.
event-back = { $who } volvió después de { $seconds } s.
event-quorum-lost = no responde ninguna mayoría: no se puede decidir nada.
event-quorum-back = vuelve a responder una mayoría, después de { $seconds } s.

## A room that is not found

find = ¿No aparece ninguna sala?
find-looking = Comprobando la red de este equipo…
find-again = Comprobar otra vez
find-no-network = Este equipo no está en ninguna red. Conéctalo a la wifi o al cable que usan los demás.
find-only-virtual = Este equipo solo tiene una VPN o una red virtual. Conéctalo a la red de los demás, o elige la VPN abajo si también están en ella.
find-no-multicast = El multicast no funciona en este equipo: lo bloquea un cortafuegos o una VPN. Apaga la VPN o permite dhangkanna en el cortafuegos.
find-no-port = Este equipo no puede conectarse a su propio juego: lo impide un cortafuegos. Permite dhangkanna en el cortafuegos.
find-alone = En este equipo todo funciona, pero no responde nadie más. ¿Están los demás en la misma red? Las redes de invitados separan los equipos: usa otra, o el punto de acceso de un teléfono.
find-fine = Aquí todo funciona. Si falta una sala, abre esta página en el equipo que la creó, o únete con su dirección.
find-check-none = Sin conexión a ninguna red.
find-check-network = Conectado a: { $names }
find-check-multicast = El multicast funciona (mDNS, UDP 5353).
find-check-no-multicast = El multicast no funciona (mDNS, UDP 5353).
find-check-port = Se puede acceder al juego (TCP { $port }).
find-check-no-port = No se puede acceder al juego (TCP { $port }).
find-check-others = { $count ->
    [0] No respondió ningún otro dispositivo.
    [one] Respondió { $count } dispositivo más.
   *[other] Respondieron { $count } dispositivos más.
}
find-interfaces = Dónde buscar jugadores
find-interface = { $name }, { $address } ({ $sort })
find-sort-network = red
find-sort-virtual = VPN o virtual
find-by-itself = Elegir automáticamente
find-firewall = Si este equipo tiene un cortafuegos, permite TCP { $port } y UDP 5353.
find-ufw = El cortafuegos ufw está activo. Para permitir el juego: sudo ufw allow { $port }/tcp; sudo ufw allow 5353/udp
find-firewalld = El cortafuegos firewalld está activo. Para permitir el juego: sudo firewall-cmd --add-port={ $port }/tcp --add-service=mdns
find-windows = Windows pregunta una vez si dhangkanna puede usar la red. Si dijiste que no: Configuración, Privacidad y seguridad, Seguridad de Windows, Firewall, Permitir una aplicación; marca dhangkanna para redes privadas.
find-mac = macOS pregunta una vez si dhangkanna puede buscar dispositivos en la red. Si dijiste que no: Ajustes del Sistema, Privacidad y seguridad, Red local; activa dhangkanna.
find-address = Los demás también pueden unirse con tu dirección: { $address }

## What the node says (in English it says so itself)

notice-unreachable = Nadie responde en esa dirección. ¿Es correcta, y permite dhangkanna el cortafuegos de allí?
notice-denied = Lo que responde allí no se entiende. ¿Es correcta la dirección, y tienen los dos equipos la misma versión?
notice-not-leader = Se está eligiendo líder. Inténtalo dentro de un momento.
notice-not-a-member = Ya no tienes un puesto en esa sala. Vuelve a unirte.
notice-who-are-you = En esa sala no te conocen. Vuelve a unirte.
notice-knocking = Todavía no te dejaron entrar. Pregunta a quien organiza la sala.
notice-continued = La partida siguió en otra sala.
notice-older-log = Este equipo tiene una versión de la partida más antigua que la de los demás.
notice-bad-text = Ese texto no se puede mostrar a los demás. Escribe otro.
notice-timeout = No hubo respuesta a tiempo. Inténtalo otra vez.
notice-no-such-room = No se encontró esa sala.
notice-version = Allí se usa otra versión. Hay que instalar la misma en los dos equipos.
notice-busy = Hay demasiado que hacer ahora mismo. Inténtalo dentro de un momento.
notice-in-room = Sal primero de la sala en la que estás.
notice-not-in-room = Crea primero una sala, o únete a una.
notice-storage = No se puede escribir en el disco. ¿Queda espacio?
notice-no-quorum = No hay conexión con la mayoría de los jugadores.
notice-ambiguous = Varias salas se llaman así. Elige una de la lista.
notice-twin = Una copia de este perfil juega allí en otro equipo. Inicia una de las dos con otro --profile.
notice-replaced = Este perfil juega ahora en otro equipo; aquí salió de la sala.
notice-room-full = La sala está llena.
notice-full = No quedan puestos; puedes mirar.
notice-bad-name = Ese nombre no vale: como mucho 24 caracteres, y al menos uno visible.
notice-older-copy = Este equipo tiene una versión antigua de la partida, quizá de una copia de seguridad; pasa a la de los demás.
notice-odd-one-out = La mayoría tiene una partida distinta de la de este equipo; se pasa a la suya, sin lo que solo se sabía aquí.
notice-removed = Quien organiza te sacó de esta sala.
notice-not-let-in = No te dejaron entrar.
notice-own-copy = La partida sigue como está en este equipo; { $what } tenía más.
notice-wrong-pin = Ese PIN no es. Vuelve a mirar la pantalla del anfitrión. Si es correcto, allí responde otro equipo.
notice-pin-tries = Demasiados PIN equivocados. Espera un minuto y vuelve a intentarlo.
notice-no-pin = La sala no tiene PIN ahora. Pide uno al anfitrión, o únete sin él.
notice-too-fast = Demasiado rápido. Espera un momento.
notice-old-rules = Alguien de la sala tiene una versión más antigua, que no admite eso.
notice-still-played = En esa sala todavía se juega.
notice-nowhere = Nadie siguió sin ti.
notice-stopped = El programa se está cerrando.
notice-bad-pack = Ese archivo no es un paquete de palabras válido.
notice-no-such-entry = Ese paquete no tiene suficientes palabras adecuadas.
notice-bad-secret = Esa palabra no vale: necesita al menos una letra que se pueda adivinar.
notice-not-owner = Eso solo puede hacerlo quien organiza la sala.
notice-founder = No se puede sacar a quien fundó la sala.
notice-not-founder = Eso solo puede hacerlo quien fundó la sala.
notice-not-ready = Todavía no está listo todo el mundo.
notice-too-few = Para eso hacen falta más jugadores.
notice-match-on = La partida ya está en marcha.
notice-match-changed = Mientras tanto empezó otra partida.
notice-no-match = No hay ninguna partida en marcha.
notice-round-on = La ronda sigue en marcha.
notice-round-over = La ronda terminó.
notice-round-changed = Mientras tanto empezó otra ronda.
notice-not-your-turn = No es tu turno.
notice-you-set-it = Tú pusiste la palabra.
notice-watching = Solo estás mirando.
notice-no-hint = Ahora no hay pista.
notice-bad-settings = Con esos ajustes no se puede jugar.
notice-not-in-alphabet = Esa letra no está en el alfabeto de esta palabra.
notice-repeat = { $what } ya se probó; no cuesta nada.
notice-pack-added = Se añadió el paquete { $what }.
notice-exported = Los eventos se guardaron en { $what }.
notice-brought-back = Los demás siguen jugando; volviendo a conectar con ellos.
notice-left-untold = Te fuiste, pero no se pudo avisar a los demás; te ven como ausente.
