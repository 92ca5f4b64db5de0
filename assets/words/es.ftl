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
cannot-go-on = La sala no puede continuar
back-to-lobby = Volver al inicio
went-wrong = Algo salió mal
engine-stopped = El motor del juego se detuvo. Tu sala está guardada: cierra la ventana y vuelve a abrir el juego.

## On the way

opening = Abriendo { $room }…
joining = Uniéndote a { $room }…
knocking = La sala { $room } está cerrada. Pidiendo a quien está a cargo que te deje entrar…
leaving = Saliendo…
good-bye = ¡Hasta pronto!

## The lobby

lobby-about = El ahorcado para toda la gente de esta red
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
name-too-long = Un nombre tiene como mucho 24 caracteres.
name-control = Un nombre no lleva caracteres de control.
lobby-host = Crear una sala
lobby-rooms = Salas en esta red
lobby-empty = Todavía no hay salas
lobby-empty-more = Las salas aparecen aquí solas. Crea una o pídele a alguien de la misma red que lo haga. Si su sala no aparece, únete con su dirección aquí abajo.
lobby-players = { $count ->
    [one] { $count } jugador
   *[other] { $count } jugadores
}
lobby-hosts = Sala de { $host }
lobby-state-lobby = esperando la primera ronda
lobby-state-playing = adivinando
lobby-state-between = entre rondas
lobby-locked = cerrada: hay que llamar
lobby-join = Unirse
lobby-join-name = Unirse a { $room }
lobby-why-not = No es posible unirse: { $why }.
lobby-kept = Salas a las que puedes volver
lobby-played = última partida: { $ago }
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
lobby-address = Unirse por dirección
lobby-go = Ir
lobby-joined-before = Ya visitadas:
lobby-bad-address = Una dirección es algo como 10.0.0.5:40123 o [fe80::1%2]:40123.
lobby-listens = Este equipo escucha en { $address }
lobby-version = versión { $version }

## A room

room-leave = Salir
room-history = Historial
room-address-more = Otras personas pueden unirse con esta dirección
room-talk = Charla
room-talk-new = Charla ({ $count } sin leer)
room-guesses = Intentos
room-one-copy = Tu último intento está en un solo equipo hasta que los demás se pongan al día.

## The board

board-ready = Cuando quieras
board-choose = Elige cómo jugar y sobre qué, y empieza la partida.
board-owner-starts = La partida la empieza { $owner }.
board-given-up = { $who } empezó otra ronda. La palabra era «{ $secret }».
board-match = { $mode } · ronda { $round } de { $rounds }
board-round = Ronda { $round }
board-the-setter = Quien reta
board-found-it = ¡Encontrada! Era «{ $secret }».
board-won = ¡Palabra encontrada!
board-lost = ¡Oh, no! Era «{ $secret }».
board-void = Esta ronda no cuenta para nadie: { $why }.
board-it-was = Era «{ $secret }».
board-set-it = ¡Elige una palabra para los demás!
board-setting = { $setter } está eligiendo una palabra…
board-revealing = { $setter } muestra la palabra…
board-watching = Estás mirando. { $left }
board-others-guess = Los demás adivinan. { $left }
board-my-turn = ¡Te toca! { $left }
board-turn = Turno de { $who }. { $left }
board-nobody = No hay nadie para adivinar
board-first = { $left } ¡Escribe o pulsa una letra!
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
void-false = quien puso la palabra dio respuestas falsas
void-stopped = se interrumpió

## What just happened

told-time-mine = Se te acabó el tiempo.
told-time = Se le acabó el tiempo a { $who }.
told-cannot-play = { $who } no puede jugar ahora: el turno pasa.
told-gone = { $who } se ha ido.
told-here = { $who } está aquí.
told-owner-gone = { $old } se ha ido: la sala es ahora de { $new }.
told-owner-gone-mine = { $old } se ha ido: la sala es ahora tuya.
told-owner-passed = { $old } le dio la sala a { $new }.
told-owner-passed-mine = { $old } te dio la sala.
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
    [yes] Pediste una pista: la { $letter }.
   *[no] { $who } pidió una pista: la { $letter }.
}
told-knew = { $me ->
    [yes] ¡Te la sabías: «{ $word }»!
   *[no] ¡{ $who } se la sabía: «{ $word }»!
}
told-said = { $me ->
    [yes] Dijiste «{ $word }». ¡Pum!
   *[no] { $who } dijo «{ $word }». ¡Pum!
}

## The keys

why-watching = Estás mirando: siéntate a jugar para adivinar.
why-setter = Esta palabra la pusiste tú: adivinan los demás.
why-turn = Es el turno de { $who }.
why-language = { $letter } no es una letra del idioma de esta palabra.
why-tried = La { $letter } ya se probó.
key-free = Letra { $letter }
key-pending = Letra { $letter }, en camino
key-hit = Letra { $letter }, acierto
key-miss = Letra { $letter }, fallo
hint = Pista
hint-free = Muestra una letra, gratis
hint-paid = Muestra una letra y cuesta un globo
hint-last = Con el último globo no se compran pistas
hint-for-free = Pista (gratis)
hint-for-balloon = Pista (−1 globo)
solve-label = ¿Te la sabes?
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
role-owner = a cargo
role-sets = pone la palabra
role-watches = mira
role-ready = todo listo
role-away = ausente
remove-title = ¿Sacar a { $name }?
remove-more = Recibirá un aviso y no podrá volver hasta que le permitas entrar de nuevo.
remove-not = Que se quede
remove = Sacar
removed = { $name } tuvo que salir
let-in-again = Dejar volver
mute = Silenciar
unmute = Volver a oír
give-room = Cederle la sala
remove-ask = Sacar de la sala…
more-about = Más sobre { $name }
knock = { $name } quiere entrar.
let-in = Dejar entrar
refuse = Ahora no
guesses-none = Todavía no hay intentos.
guess-hint = pista
guess-hit = acierto
guess-solved = resuelta
guess-miss = fallo

## Setting up

next-round = Siguiente ronda
take-seat = Sentarse a jugar
stop-ask = Terminar partida…
stop-title = ¿Terminar la partida?
stop-between = Los puntos ganados hasta ahora se conservan.
stop-now = Los puntos ganados hasta ahora se conservan, y esta ronda no cuenta para nadie.
stop-not = Seguir jugando
stop = Terminar
match-over = Fin de la partida
streak = Palabras seguidas en equipo: { $now }; mejor racha: { $best }
mode-together = En equipo
mode-together-more = Un solo equipo: cualquiera adivina en cualquier momento.
mode-turns = Por turnos
mode-turns-more = Un intento por turno, contra el reloj. Las letras dan puntos.
mode-setter = Reto
mode-setter-more = Alguien pone la palabra y los demás adivinan. Va rotando.
level = Nivel
level-chosen = Nivel: { $level }
level-any = Cualquiera
level-easy = Fácil
level-normal = Normal
level-hard = Difícil
rounds = Rondas
turn-seconds = Segundos por turno
locked = Los desconocidos piden permiso
pack-language = Idioma
pack-words = Palabras
pack-all = Todas
start = Empezar partida
start-anyway = Empezar ya
not-ready-one = Falta que { $who } pulse «Todo listo».
not-ready = Falta que { $count } personas pulsen «Todo listo».
too-few = Hacen falta dos jugadores: espera a que se una alguien.
nobody = Nadie
owner-sets-up = { $owner } prepara la próxima partida: { $mode }, { $rounds ->
    [one] { $rounds } ronda
   *[other] { $rounds } rondas
}, palabras: { $pack }
ready-waits = Todo listo. La partida la empieza { $owner }.
ready-not = Mejor todavía no
ready = Todo listo
watch = Solo mirar

## Setting a word

set-title = Tú pones la palabra. Nadie más la ve.
set-own = O una tuya
set-clue = Su pista (o ninguna)
set = Ponerla
set-chosen = Tu palabra: { $word }
set-watch = Los demás adivinan. Tu programa responde por ti y muestra la palabra al final.

## Talk

talk-none = Nadie ha dicho nada todavía.
talk-say = Di algo
talk-too-long = Un mensaje tiene como mucho 200 caracteres.
talk-control = Un mensaje no lleva caracteres de control.
react-cheer = ¡Hurra!
react-laugh = Ja, ja
react-gasp = ¡Oh!
react-think = Mmm
react-sad = Oh, no
react-heart = Me encanta

## The rounds so far

history = Rondas hasta ahora
history-none = Todavía no ha terminado ninguna ronda.
history-round = Ronda
history-title = { $number }: { $secret } ({ $end })
history-lost = perdida
history-won = ganada
history-back = Atrás
history-on = Adelante
history-step = { $step } de { $steps }
history-guessed = { $who } probó la { $letter }
history-said = { $who } dijo «{ $word }»
history-hint = { $who } pidió una pista: la { $letter }
history-entry = { $what } — { $worth }, entrada { $index } del registro
history-beginning = El comienzo

## Trouble

choosing-leader = Eligiendo un nuevo líder…
reconnecting = Reconectando…
stalled-answering = Los demás responden, pero todavía no se puede elegir un líder.
stalled = Sin conexión con { $names }.
stalled-alone = Sin conexión con { $names }. ¿Este equipo sigue en la red?
stalled-more = Tus intentos esperan a que vuelva la conexión. Si ya no va a volver, puedes seguir sin quienes faltan.
stalled-may-lose = En ese caso podrían perderse los últimos intentos.
continue = Seguir sin esperar
elsewhere = { $name } siguió sin ti.
elsewhere-more = La partida continúa en otra sala. Ve allí para jugar; lo que pasó aquí desde entonces se queda atrás.
follow = Ir allí

## The cluster

node = Este nodo
node-more = El líder ordena el registro, los seguidores votan y los aprendices solo siguen. Todos juegan.
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
quorum-more = Si hay contacto con la mayoría de los votantes
yes = sí
no = no

## Settings

settings = Ajustes
settings-language = Idioma
settings-system = Como el sistema
settings-look = Colores
look-light = Claro
look-dark = Oscuro
look-contrast = Alto contraste
settings-size = Tamaño
settings-volume = Sonidos: { $percent } %
settings-silent = Silencio
settings-quieter = Más bajo
settings-louder = Más alto
settings-calm = Nada se mueve
settings-awake = Mantener la pantalla encendida durante una ronda
about = Acerca de
about-free = Software libre (MIT o Apache-2.0), hecho para la gente de una misma red. Las bibliotecas que contiene y sus licencias están en THIRD-PARTY.txt, que acompaña al programa.
about-keys = Teclas
about-keys-more = Letras: probar. Tab y Mayús+Tab: al siguiente control y al anterior; Intro o espacio: pulsarlo. Escape: cerrar una página. Ctrl y + o -: más grande o más pequeño. F11: pantalla completa.
about-logs = Archivos de registro:
about-data = Tus salas y ajustes:
about-logs-at = Lo que pasó está en los archivos de registro: { $folder }
about-copy = Copiar
about-licences = Imágenes, palabras y tipos de letra
settings-private = dhangkanna habla con los equipos de tus salas y con nadie más. No cuenta ni informa de nada.

## Ver Raft

raft = Raft trabajando
raft-open = Ver Raft
raft-save = Guardar los sucesos
raft-save-more = Escribe lo que pasó en un archivo de texto.
raft-facts = Este nodo: { $role } · mandato { $term } · registro { $log }, confirmado { $committed }, aplicado { $applied }
ring-spoken = { $members } miembros, { $voters } con voto; líder: { $leader }; mandato { $term }.
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
latency-title = Desde tu clic hasta el acuerdo de todos
latency-none = Nada todavía: prueba una letra o di algo.
latency = último { $last } ms · mediana de { $count }: { $median } ms · peor { $worst } ms
events = Qué pasó
event = Mandato { $term }: { $what }
event-seconds = hace { $count } s
event-minutes = hace { $count } min
event-opened = este nodo ocupó su sitio.
event-campaigns = este nodo no oye a ningún líder y pide votos.
event-won = { $who } ganó la elección con { $votes } de { $of } votos.
event-leads = { $who } lidera.
event-no-leader = { $who } ya no lidera; todavía nadie más.
event-joined = { $who } entró.
event-left = { $who } se fue.
event-votes = { $who } ya tiene voto.
event-learns = { $who } ya no tiene voto.
event-away = { $who } no responde.
event-back = { $who } volvió después de { $seconds } s.
event-quorum-lost = no responde ninguna mayoría: no se puede decidir nada.
event-quorum-back = vuelve a responder una mayoría, después de { $seconds } s.

## Una sala que no aparece

find = ¿No aparece ninguna sala?
find-looking = Mirando la red de este equipo…
find-again = Mirar otra vez
find-no-network = Este equipo no está en ninguna red. Conéctalo a la wifi o al cable que usan los demás.
find-only-virtual = Este equipo solo tiene una VPN o una red virtual. Conéctalo a la red de los demás; o, si también están en la VPN, elígela abajo.
find-no-multicast = Lo que se envía a todos no llega ni a este equipo: un cortafuegos o una VPN se lo traga. Apaga la VPN o deja pasar a dhangkanna por el cortafuegos.
find-no-port = Este equipo no alcanza su propio juego: hay un cortafuegos de por medio. Deja pasar a dhangkanna.
find-alone = En este equipo todo está bien, pero no responde nadie más. ¿Están los demás en la misma red? Las redes de invitados separan los equipos: usa otra, o el punto de acceso de un teléfono.
find-fine = Aquí todo está bien. Si falta una sala, mira esta página en el equipo que la abrió, o entra por su dirección.
find-check-none = No se usa ninguna red.
find-check-network = En una red: { $names }
find-check-multicast = Lo que se envía a todos llega (mDNS, UDP 5353).
find-check-no-multicast = Lo que se envía a todos no llega (mDNS, UDP 5353).
find-check-port = Se puede llegar al juego (TCP { $port }).
find-check-no-port = No se puede llegar al juego (TCP { $port }).
find-check-others = { $count ->
    [0] No respondió ningún otro dispositivo.
    [one] Respondió { $count } dispositivo más.
   *[other] Respondieron { $count } dispositivos más.
}
find-interfaces = Dónde buscar jugadores
find-interface = { $name }, { $address } ({ $sort })
find-sort-network = red
find-sort-virtual = VPN o virtual
find-by-itself = Que elija dhangkanna
find-firewall = Si este equipo tiene un cortafuegos, deja entrar TCP { $port } y UDP 5353.
find-ufw = El cortafuegos ufw está activo. Para dejar entrar el juego: sudo ufw allow { $port }/tcp; sudo ufw allow 5353/udp
find-firewalld = El cortafuegos firewalld está activo. Para dejar entrar el juego: sudo firewall-cmd --add-port={ $port }/tcp --add-service=mdns
find-windows = Windows pregunta una vez si se puede llegar a dhangkanna. Si se dijo que no: Configuración, Privacidad y seguridad, Seguridad de Windows, Firewall, Permitir una aplicación; marca dhangkanna para redes privadas.
find-mac = macOS pregunta una vez si dhangkanna puede buscar dispositivos en la red. Si se dijo que no: Ajustes del Sistema, Privacidad y seguridad, Red local; activa dhangkanna.
find-address = Los demás también pueden entrar por tu dirección: { $address }

## Lo que avisa el programa (en inglés lo dice él mismo)

notice-unreachable = Nadie responde en esa dirección. ¿Es correcta, y deja entrar el cortafuegos a dhangkanna allí?
notice-timeout = No hubo respuesta a tiempo. Inténtalo otra vez.
notice-no-such-room = Esa sala no aparece.
notice-version = Allí funciona otra versión. Hay que instalar la misma en los dos equipos.
notice-busy = Hay demasiado que hacer ahora mismo. Inténtalo dentro de un momento.
notice-in-room = Sal primero de la sala en la que estás.
notice-not-in-room = Abre primero una sala, o entra en una.
notice-storage = No se puede escribir en el disco. ¿Queda sitio?
notice-no-quorum = No se alcanza a la mayoría de los jugadores.
notice-ambiguous = Varias salas se llaman así. Elige una de la lista.
notice-twin = Una copia de este perfil juega allí en otro equipo. Inicia una de las dos con otro --profile.
notice-replaced = Este perfil juega ahora en otro equipo; este sitio se abandonó.
notice-room-full = La sala está llena.
notice-full = No queda sitio en la mesa.
notice-bad-name = Ese nombre no vale: como mucho 24 caracteres, y no vacío.
notice-removed = Quien está a cargo te sacó de esta sala.
notice-not-let-in = No te dejaron entrar.
notice-too-fast = Demasiado rápido. Espera un momento.
notice-old-rules = Alguien de la sala tiene una versión más antigua, que no sabe hacer eso.
notice-still-played = En esa sala todavía se juega.
notice-nowhere = Nadie siguió sin ti.
notice-stopped = El programa se está cerrando.
notice-bad-pack = Ese archivo no es un paquete de palabras válido.
notice-no-such-entry = Ese paquete no tiene suficientes palabras adecuadas.
notice-bad-secret = Esa palabra no vale: necesita al menos una letra que se pueda adivinar.
notice-not-owner = Eso solo puede hacerlo quien está a cargo de la sala.
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
notice-bad-settings = Así no se puede jugar.
notice-not-in-alphabet = Esa letra no existe en este idioma.
notice-repeat = { $what } ya se probó; no cuesta nada.
notice-pack-added = El paquete { $what } ya es tuyo.
notice-exported = Los sucesos están en { $what }.
notice-brought-back = Los demás siguen jugando; se te lleva de vuelta con ellos.
notice-left-untold = Te fuiste, pero no se pudo avisar a los demás; te ven como ausente.
