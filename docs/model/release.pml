/* The release of an operation: rules TP1-TP5, TP9-TP11, TP15, TP18 and SY9, as exact as a program.
 *
 * A maker drafts an operation of several lines, pins fresh facts, submits, corrects, withdraws. Two reviewers may take the
 * request, enter its key figures blind, approve or return it; where nobody can be had, two leads may sign it instead. The
 * customer confirms. Two desktops order execution again and again. The bank's facts move, time runs out, a kind of operation is stopped,
 * a reviewer loses the entitlement. Messages to the bank are slow, lost or repeated. The server dies between any two steps
 * and goes on from its log. Once, the log is restored from an older copy while the bank is not. Lines that were
 * refused or freed become a new operation.
 *
 * Checked in every reachable state:
 *   B1  a line of the customer's order is booked at most once;
 *   B2  what is booked is the payload that was approved, and the facts that it pinned hold in that moment;
 *   B3  what was told to be free is never booked afterwards;
 *   B4  one approval starts at most one execution;
 *   B5  executed => one entitled reviewer, not the maker, entered blind and approved exactly this payload,
 *       or two different leads, neither the maker, entered blind and signed it;
 *   B6  every line is booked under a key of its own, what the log calls booked the bank has booked, and no booked line
 *       is in a later operation;
 *   B7  executed => the customer confirmed this payload, after the approval;
 *   B8  nothing is executed after validUntil, or while the kind is stopped.
 *
 * Each mutant switches one clause off, and the checker must find it:
 *   M_NOT_CONSUMED (TP4)  M_UNCONDITIONAL (TP3)  M_NEW_KEY (TP4)  M_NOT_FOUND_FREE (TP10)  M_EDIT_KEEPS (TP3)
 *   M_RESTORE_BLIND (SY9)  M_IN_DOUBT_FREE (TP3)  M_SELF_REVIEW (TP5)  M_OTHERS_ENTRY (TP6)  M_NOT_ENTITLED (TP5)
 *   M_ONE_LEAD (TP11)  M_LEAD_IS_MAKER (TP11)  M_TWO_DIGESTS (TP11)  M_GLASS_UNCONFIRMED (TP11)  M_UNCONFIRMED (TP1)
 *   M_EXPIRED (TP9)  M_STOPPED (TP15)  M_LINES_SHARE_KEY (TP18)  M_REBOOK_DONE_LINE (TP18)  M_EDIT_UNDER_WAY (TP18)
 *
 * Bounds come by -D. Every step is one atomic action. With -DWALK it prints what it did (ACT) and what holds afterwards
 * (STATE, and CAN: who may do what next), so that a simulated walk can be replayed against the program. -DCOARSE joins the
 * steps that a running server takes by itself (facts are read and the order decided; every line is sent and answered;
 * a restart asks about every open line): its walks are walks of the whole, with some interleavings left out.
 */
#ifndef LINES
#define LINES 2         /* lines of the first operation */
#endif
#ifndef OPERATIONS
#define OPERATIONS 2    /* the first one, and those that take up what it left unbooked */
#endif
#ifndef SUBMITS
#define SUBMITS 2       /* payloads made, in all */
#endif
#ifndef EXECUTIONS
#define EXECUTIONS 2
#endif
#ifndef MOVES
#define MOVES 1         /* of the bank's facts */
#endif
#ifndef EXPIRIES
#define EXPIRIES 1
#endif
#ifndef MISSES
#define MISSES 1        /* blind entries that do not match, in all */
#endif
#ifndef STOPS
#define STOPS 1
#endif
#ifndef BARS
#define BARS 1          /* entitlements withdrawn */
#endif
#ifndef GLASS
#define GLASS 1         /* break-glass: 0 where the time for it never comes */
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef RESTORES
#define RESTORES 1
#endif
#ifndef DESKTOPS
#define DESKTOPS 2
#endif

/* The maker could review and is a lead: nothing but "another person" keeps them out. */
#define MAKER  1
#define MENTOR 2
#define LEAD   3
#define LEAD2  4
#define NOBODY 0
#define flag(n) (1 << (n))

/* Operation and line, as the log calls them (README: `_` for `-`; `voided` is `void`, `l_` is dropped). */
mtype = { draft, in_review, returned, approved, executing, in_doubt, done, partial, refused, withdrawn, voided };
mtype = { l_none, l_started, l_booked, l_refused, l_in_doubt, l_free };
/* A key, as the bank's ledger says: never heard of, booked under, refused under, closed by an inquiry. */
mtype = { k_none, k_done, k_refused, k_closed };

/* ---- the log: durable ---- */
mtype op = draft; byte operation = 1;
byte lines = (1 << LINES) - 1;                          /* lines of the current operation, as bits */
mtype line[LINES] = l_none; byte exec[LINES];           /* outcome so far, and the execution (from 1) whose key it has */
byte payload = 0; bit pinned = 0; bool valid = true;    /* the digest by number, 0: none yet; its facts; validUntil not passed */
byte taken = NOBODY, entered = 0, missed = 0;           /* the open request: who has it, who entered right, who once wrong */
bool waited = false; byte seats = 0, signedBy = 0, signedFor = 0;   /* break-glass: nobody took it for so long; who sits, who signed, what the first one signed */
bool approval = false; byte by = NOBODY, by2 = NOBODY;  /* whose; by2 only where two leads signed */
byte forPayload = 0;                                    /* the digest that was approved */
bool confirmed = false;
byte executions = 0;                                    /* keys carry it and are never used again, not even after a restore */
bool stopped = false; byte barred = NOBODY;
bool asked = true;                                      /* SY9: every key of the lost time has been asked */

/* ---- the copy that a restore goes back to ---- */
bool copied = false, restored = false;
mtype c_op, c_line[LINES]; byte c_operation, c_lines, c_exec[LINES], c_payload, c_by, c_by2, c_forPayload; bit c_pinned; bool c_approval, c_confirmed, c_good;

/* ---- the bank: durable ---- */
#define SLOTS (EXECUTIONS * LINES)
#define slot(x, i) (((x) - 1) * LINES + (i))
#ifdef M_LINES_SHARE_KEY
#define keyOf(x, i) slot(x, 0)
#else
#define keyOf(x, i) slot(x, i)
#endif
bit facts = 0;
mtype ledger[SLOTS] = k_none;
byte bookings[LINES];

/* ---- on its way ---- */
bool sent[SLOTS];                                       /* an order that was sent may arrive at any time, ever again or never */
#define UNREAD 2
byte reading[DESKTOPS] = UNREAD;                        /* step one of the gate: facts read for this desktop's order */
bool alive = true;

/* ---- budgets and ghosts ---- */
byte submits = 0, moves = 0, expiries = 0, misses = 0, stops = 0, crashes = 0;
byte uses = 0; bool good = false;                       /* executions of this approval; whether it was come by as B5 says */
bit factsOf[EXECUTIONS]; byte payloadOf[EXECUTIONS]; bool toldFree[SLOTS];

/* ---- who may do what: the rules ---- */
#define orderedAlready (op == executing || op == in_doubt || op == done || op == partial || op == refused)
#define entitled(p)    (barred != (p))
#define isLead(p)      ((p) == MAKER || (p) == LEAD || (p) == LEAD2)
#ifdef M_SELF_REVIEW
#define notMaker(p) true
#else
#define notMaker(p) ((p) != MAKER)
#endif
#ifdef M_LEAD_IS_MAKER
#define leadNotMaker(p) true
#else
#define leadNotMaker(p) ((p) != MAKER)
#endif
#ifdef M_OTHERS_ENTRY
#define hasEntered(p) (entered != 0)
#else
#define hasEntered(p) (entered & flag(p))
#endif
#ifdef M_EDIT_UNDER_WAY
#define frozen (op == done || op == partial || op == refused)
#else
#define frozen orderedAlready
#endif
#define mayDraft          (alive && !frozen)
#define maySubmit         (alive && !stopped && (op == draft || op == returned || op == voided))
#define mayWithdraw       (alive && !orderedAlready)
#define mayWithdrawReview (alive && (op == in_review || op == approved || (op == voided && payload != 0)))
#define mayTake(p)        (alive && op == in_review && taken == NOBODY && seats == 0 && valid && notMaker(p) && entitled(p) && (p) != LEAD2)
#define holds(p)          (alive && op == in_review && entitled(p) && (taken == (p) || (seats & flag(p))))
#define mayEnter(p)       (holds(p) && !(entered & flag(p)))
#define mayRelease(p)     (holds(p) && !(signedBy & flag(p)))
#define mayApprove(p)     (holds(p) && taken == (p) && hasEntered(p) && valid)
#define mayReturn(p)      (holds(p))
#define twoSit            (((seats >> MAKER) & 1) + ((seats >> LEAD) & 1) + ((seats >> LEAD2) & 1) == 2)
#define mayJoin(p)        (alive && op == in_review && taken == NOBODY && waited && valid && isLead(p) && leadNotMaker(p) && entitled(p) && !twoSit && !(seats & flag(p)))
#ifdef M_ONE_LEAD
#define notYetSigned(p) true
#define otherSigned(p) signedBy
#else
#define notYetSigned(p) (!(signedBy & flag(p)))
#define otherSigned(p) (signedBy & ~flag(p))
#endif
#define maySign(p)        (holds(p) && (seats & flag(p)) && notYetSigned(p) && (entered & flag(p)) && valid && leadNotMaker(p) && (signedBy == 0 || barred == NOBODY || !(signedBy & flag(barred))))
#define mayConfirm        (alive && op == approved && valid)
#ifdef M_NOT_CONSUMED
#define unused true
#else
#define unused (op == approved)
#endif
#ifdef M_NOT_ENTITLED
#define stillEntitled true
#else
#define stillEntitled (entitled(by) && (by2 == NOBODY || entitled(by2)))
#endif
#ifdef M_EDIT_KEEPS
#define sameDigest true
#else
#define sameDigest (forPayload == payload)
#endif
#ifdef M_EXPIRED
#define notExpired true
#else
#define notExpired valid
#endif
#ifdef M_STOPPED
#define notStopped true
#else
#define notStopped (!stopped)
#endif
#ifdef M_UNCONFIRMED
#define heard true
#else
#ifdef M_GLASS_UNCONFIRMED
#define heard (confirmed || by2 != NOBODY)
#else
#define heard confirmed
#endif
#endif
#define mayOrder          (alive && asked && approval && unused && sameDigest && stillEntitled && notExpired && notStopped && heard)
#define pending(i)        (line[i] == l_started || line[i] == l_in_doubt)
#define mayInquire(i)     (alive && pending(i))
#define unbooked(i)       (line[i] == l_refused || line[i] == l_free)
#define ended             (op == done || op == partial || op == refused)
#define mayContinue(i)    (alive && ended && unbooked(i))
#define onHand(i)         (lines & flag(i))

/* ---- what is printed ---- */
#ifdef WALK
byte n;
/* A walk that chances on every way back at once gets nowhere: it takes so many of them. */
#ifndef SETBACKS
#define SETBACKS 2
#endif
byte setbacks = 0;
#define spare (setbacks < SETBACKS)
inline setback() { setbacks++ }
inline tell() {
  printf("STATE alive=%d operation=%d status=%e lines=", alive, operation, op);
  n = 0;
  do :: n < LINES -> printf("%e,", line[n]); n++ :: else -> break od;
  printf(" bookings=");
  n = 0;
  do :: n < LINES -> printf("%d,", bookings[n]); n++ :: else -> break od;
  printf("\nCAN draft=%d submit=%d withdraw=%d withdrawReview=%d confirm=%d order=%d", mayDraft, maySubmit, mayWithdraw, mayWithdrawReview, mayConfirm, mayOrder);
  n = MAKER;
  do
  :: n <= LEAD2 ->
       printf(" take%d=%d enter%d=%d approve%d=%d return%d=%d release%d=%d", n, mayTake(n), n, mayEnter(n), n, mayApprove(n), n, mayReturn(n), n, mayRelease(n));
       printf(" join%d=%d sign%d=%d", n, mayJoin(n), n, maySign(n)); n++
  :: else -> break
  od;
  n = 0;
  do :: n < LINES -> printf(" inquire%d=%d continue%d=%d", n, mayInquire(n), n, mayContinue(n)); n++ :: else -> break od;
  n = 0;
  printf("\n")
}
#else
#define spare true
inline setback() { skip }
inline tell() { skip }
#endif

/* ---- steps that several actions share ---- */
inline closeRequest() { taken = NOBODY; entered = 0; missed = 0; waited = false;
#ifndef M_TWO_DIGESTS
  seats = 0; signedBy = 0; signedFor = 0
#endif
}
inline dropApproval() { approval = false; by = NOBODY; by2 = NOBODY; forPayload = 0; confirmed = false; good = false; uses = 0 }
inline giveApproval(first, second) {
  approval = true; by = first; by2 = second; forPayload = payload; confirmed = false; uses = 0; op = approved; closeRequest()
}
/* A line in doubt marks the whole operation until it ends; with no line open it has ended. */
inline settle() {
  if
  :: (line[0] == l_in_doubt || line[LINES - 1] == l_in_doubt) -> op = in_doubt
  :: else -> skip
  fi;
  if
  :: !pending(0) && !pending(LINES - 1) ->
       if
       :: (line[0] == l_booked || !onHand(0)) && (line[LINES - 1] == l_booked || !onHand(LINES - 1)) -> op = done
       :: else ->
            if :: line[0] == l_booked || line[LINES - 1] == l_booked -> op = partial :: else -> op = refused fi
       fi
  :: else -> skip
  fi
}

/* What the bank knows of a key is recorded. */
inline record(j) {
  if
  :: ledger[keyOf(exec[j], j)] == k_done -> line[j] = l_booked;
       assert(bookings[j] == 1)                                   /* B6 */
  :: ledger[keyOf(exec[j], j)] == k_refused -> line[j] = l_refused
  :: ledger[keyOf(exec[j], j)] == k_closed -> line[j] = l_free; toldFree[slot(exec[j], j)] = true
  fi;
  settle()
}
#ifdef COARSE
/* One line after the other, as the server sends them; the bank refuses, is not reached, or is not heard. */
inline carryOut() {
  i = 0;
  do
  :: i < LINES && onHand(i) ->
       if
       :: ledger[keyOf(exec[i], i)] = k_done; bookings[i]++; record(i); printf("FATE %d booked\n", i)
       :: ledger[keyOf(exec[i], i)] = k_refused; record(i); printf("FATE %d line-refused\n", i)
       :: line[i] = l_in_doubt; settle(); printf("FATE %d no-answer\n", i)
       :: ledger[keyOf(exec[i], i)] = k_done; bookings[i]++; line[i] = l_in_doubt; settle(); printf("FATE %d answered-but-lost\n", i)
       fi;
       assert(bookings[i] <= 1);                                  /* B1 */
       i++
  :: i < LINES && !onHand(i) -> i++
  :: i == LINES -> break
  od;
  i = 0
}
inline find(j) {
  if
  :: ledger[keyOf(exec[j], j)] == k_none -> ledger[keyOf(exec[j], j)] = k_closed
  :: else -> skip
  fi;
  record(j)
}
#else
inline carryOut() { skip }
#endif

/* ---- the maker ---- */
active proctype Maker() {
  byte i;
end:
  do
  :: atomic { mayDraft && !(op == draft && payload == 0 && pinned == facts) && (spare || !(op == in_review || op == approved)) ->
       if :: op == in_review || op == approved -> setback() :: else -> skip fi;
#ifdef M_EDIT_KEEPS
       if :: op == approved && submits < SUBMITS -> submits++; payload = submits; pinned = facts
          :: else -> dropApproval(); closeRequest(); op = draft; payload = 0; pinned = facts; valid = true fi;
#else
#ifdef M_EDIT_UNDER_WAY
       if :: op == executing || op == in_doubt -> pinned = 1 - pinned
          :: else -> dropApproval(); closeRequest(); op = draft; payload = 0; pinned = facts; valid = true fi;
#else
       dropApproval(); closeRequest(); op = draft; payload = 0; pinned = facts; valid = true;
#endif
#endif
       printf("ACT draft\n"); tell() }
  :: atomic { maySubmit && submits < SUBMITS ->
       submits++; payload = submits; valid = true; dropApproval(); op = in_review; printf("ACT submit\n"); tell() }
  :: atomic { mayWithdraw && op != withdrawn && spare -> setback(); dropApproval(); closeRequest(); op = withdrawn; payload = 0; printf("ACT withdraw\n"); tell() }
  :: atomic { mayWithdrawReview && spare -> setback(); dropApproval(); closeRequest(); op = draft; printf("ACT withdraw-review\n"); tell() }
  :: atomic { mayConfirm && !confirmed -> confirmed = true; printf("ACT confirm\n"); tell() }
  :: atomic { alive && asked && operation < OPERATIONS && (mayContinue(0) || mayContinue(LINES - 1)) ->
       operation++; i = 0;
#ifndef M_REBOOK_DONE_LINE
       lines = 0;
       do :: i < LINES -> if :: unbooked(i) -> lines = lines | flag(i) :: else -> skip fi; i++ :: else -> break od;
       i = 0;
#endif
       do
       :: i < LINES ->
            assert(!onHand(i) || bookings[i] == 0);           /* B6 */
            line[i] = l_none; exec[i] = 0; i++
       :: else -> break
       od;
       i = 0; op = draft; payload = 0; pinned = facts; valid = true; printf("ACT continue\n"); tell() }
  od
}

/* ---- those who could be the second person: the maker too, a mentor, two leads ---- */
proctype Second(byte p) {
end:
  do
  :: atomic { mayTake(p) -> taken = p; printf("ACT take %d\n", p); tell() }
  :: atomic { mayRelease(p) && spare -> setback(); seats = seats & ~flag(p); if :: taken == p -> taken = NOBODY :: else -> skip fi; printf("ACT release %d\n", p); tell() }
  :: atomic { mayEnter(p) -> entered = entered | flag(p); printf("ACT enter %d\n", p); tell() }
  :: atomic { mayEnter(p) && misses < MISSES -> misses++;
       if
       :: missed & flag(p) -> closeRequest(); op = returned    /* the second one that does not match */
       :: else -> missed = missed | flag(p)
       fi;
       printf("ACT miss %d\n", p); tell() }
  :: atomic { mayApprove(p) ->
       good = (p != MAKER && (entered & flag(p)));
       giveApproval(p, NOBODY); printf("ACT approve %d\n", p); tell() }
  :: atomic { mayReturn(p) && spare -> setback(); closeRequest(); op = returned; printf("ACT return %d\n", p); tell() }
  /* Break-glass: nobody entitled can be had; two leads instead of one reviewer. */
  :: atomic { mayJoin(p) -> seats = seats | flag(p); printf("ACT join %d\n", p); tell() }
  :: atomic { maySign(p) ->
       if
       :: otherSigned(p) ->
            if :: signedBy & flag(MAKER) -> by = MAKER :: signedBy & flag(LEAD) -> by = LEAD :: signedBy & flag(LEAD2) -> by = LEAD2 fi;
            good = (by != p && by != MAKER && p != MAKER && signedFor == payload && (entered & flag(by)) && (entered & flag(p)));
            giveApproval(by, p)
       :: else -> signedBy = signedBy | flag(p); signedFor = payload
       fi;
       printf("ACT sign %d\n", p); tell() }
  od
}

/* ---- a desktop of the maker's: the gate ---- */
proctype Desktop(byte d) {
  byte i;
end:
  do
#ifdef COARSE
  :: atomic { alive && approval && (mayOrder || spare) ->
       if :: mayOrder -> skip :: else -> setback() fi;
       reading[d] = facts;
#else
  :: atomic { alive && reading[d] == UNREAD && approval && (mayOrder || spare) ->
       if :: mayOrder -> skip :: else -> setback() fi;
       reading[d] = facts; printf("ACT read %d\n", d); tell() }   /* before: outside the transaction */
  :: atomic { alive && reading[d] != UNREAD ->                    /* one transaction: decide and append */
#endif
       if
       :: mayOrder && reading[d] != pinned -> dropApproval(); op = voided    /* named, and void */
       :: mayOrder && reading[d] == pinned && executions < EXECUTIONS ->
            executions++; uses++;
            assert(uses <= 1);                                                /* B4 */
            assert(good && forPayload == payload && entitled(by) && (by2 == NOBODY || entitled(by2)));   /* B5 */
            assert(confirmed);                                                /* B7 */
            assert(valid && !stopped);                                        /* B8 */
            factsOf[executions - 1] = pinned; payloadOf[executions - 1] = payload;
            i = 0;
            do
            :: i < LINES -> if :: onHand(i) -> line[i] = l_started; exec[i] = executions :: else -> skip fi; i++
            :: else -> break
            od;
            i = 0; op = executing;
#ifndef M_NOT_CONSUMED
            dropApproval();
#endif
            carryOut()
       :: else -> skip                                                       /* refused */
       fi;
       reading[d] = UNREAD; printf("ACT order %d\n", d); tell() }
  od
}

/* ---- the server and the bank, line by line: afterwards, from the log alone ---- */
proctype Line(byte i) {
end:
  do
#ifdef COARSE
  :: atomic { mayInquire(i) -> find(i); printf("ACT inquire %d\n", i); tell() }
#else
  :: atomic { alive && pending(i) && !sent[slot(exec[i], i)] ->
       assert(payloadOf[exec[i] - 1] == payload && factsOf[exec[i] - 1] == pinned);     /* B2: the order is made from what was approved */
       sent[slot(exec[i], i)] = true; printf("ACT send %d\n", i); tell() }
#ifdef M_NEW_KEY
  :: atomic { alive && pending(i) && sent[slot(exec[i], i)] && executions < EXECUTIONS ->
       executions++; factsOf[executions - 1] = factsOf[exec[i] - 1]; payloadOf[executions - 1] = payloadOf[exec[i] - 1]; exec[i] = executions }
#endif
  :: atomic { alive && line[i] == l_started -> line[i] = l_in_doubt; settle(); printf("ACT silence %d\n", i); tell() }
  :: atomic { mayInquire(i) && ledger[keyOf(exec[i], i)] == k_none ->                    /* asked by key: not found closes the key in that step */
#ifdef M_NOT_FOUND_FREE
       line[i] = l_free; toldFree[slot(exec[i], i)] = true; settle();
#else
       ledger[keyOf(exec[i], i)] = k_closed;
#endif
       printf("ACT inquire %d\n", i); tell() }
  :: atomic { mayInquire(i) && ledger[keyOf(exec[i], i)] != k_none ->                    /* the answer, of an order or an inquiry, is recorded */
       record(i); printf("ACT hear %d\n", i); tell() }
#endif
  od
}

/* ---- an order on its way: of an execution, for a line; it arrives the first time under its key, or not at all ---- */
#ifndef COARSE
proctype Message(byte x; byte i) {
end:
  do
  :: atomic { sent[slot(x, i)] && ledger[keyOf(x, i)] == k_none ->
       if
#ifndef M_UNCONDITIONAL
       :: factsOf[x - 1] != facts -> ledger[keyOf(x, i)] = k_refused; printf("ACT arrive %d facts-changed\n", i)
       :: factsOf[x - 1] == facts ->
#else
       :: true ->
#endif
            ledger[keyOf(x, i)] = k_done; bookings[i]++;
            assert(bookings[i] <= 1);                             /* B1 */
            assert(factsOf[x - 1] == facts);                      /* B2 */
            assert(!toldFree[slot(x, i)]);                        /* B3 */
            printf("ACT arrive %d booked\n", i)
       :: factsOf[x - 1] == facts -> ledger[keyOf(x, i)] = k_refused; printf("ACT arrive %d line-refused\n", i)   /* for reasons of the bank's own */
       fi;
       tell() }
  od
}
#endif

/* ---- what nobody orders ---- */
active proctype Fate() {
  byte i, x; bool found;
end:
  do
  :: atomic { moves < MOVES -> moves++; facts = 1 - facts; printf("ACT fact-move\n"); tell() }
  :: atomic { expiries < EXPIRIES && payload != 0 && valid && (op == in_review || op == approved) ->
       expiries++; valid = false; taken = NOBODY; seats = seats & signedBy; printf("ACT expire\n"); tell() }    /* seats are given up likewise; a signature stays */
  :: atomic { stops < STOPS && !stopped -> stops++; stopped = true; printf("ACT stop\n"); tell() }
  :: atomic { stopped -> stopped = false; printf("ACT let-go\n"); tell() }
  :: atomic { GLASS == 1 && op == in_review && !waited && valid ->
       waited = true; taken = NOBODY; printf("ACT wait\n"); tell() }                 /* the minutes of who has taken it are over too */
  :: atomic { BARS == 1 && barred == NOBODY ->
       if :: barred = MENTOR :: barred = LEAD fi; printf("ACT bar %d\n", barred); tell() }
#ifdef COARSE
  :: atomic { crashes < CRASHES -> crashes++; i = 0;
       do
       :: i < LINES && mayInquire(i) -> find(i); i++
       :: i < LINES && !mayInquire(i) -> i++
       :: i == LINES -> break
       od;
       i = 0; printf("ACT restart\n"); tell() }
#else
  :: atomic { crashes < CRASHES && alive -> crashes++; alive = false; i = 0;
       do :: i < DESKTOPS -> reading[i] = UNREAD; i++ :: else -> break od;
       i = 0; printf("ACT crash\n"); tell() }
  :: atomic { !alive -> alive = true;
#ifdef M_IN_DOUBT_FREE
       if
       :: op == executing || op == in_doubt -> op = approved; approval = true; by = MENTOR; forPayload = payload; good = true; confirmed = true;
            i = 0;
            do :: i < LINES -> line[i] = l_none; exec[i] = 0; i++ :: else -> break od;
            i = 0
       :: else -> skip
       fi;
#endif
       printf("ACT restart\n"); tell() }
#endif
  :: atomic { RESTORES == 1 && !copied && !restored -> copied = true;
       c_op = op; c_operation = operation; c_lines = lines; c_payload = payload; c_pinned = pinned; c_approval = approval; c_by = by; c_by2 = by2;
       c_forPayload = forPayload; c_confirmed = confirmed; c_good = good; i = 0;
       do :: i < LINES -> c_line[i] = line[i]; c_exec[i] = exec[i]; i++ :: else -> break od;
       i = 0; printf("ACT copy\n") }
  :: atomic { copied && !restored && alive && (op != c_op || executions > 0) ->     /* the log runs backwards; the bank and the keys' epoch do not */
       copied = false; restored = true; closeRequest();
       if :: payload != c_payload -> valid = true :: else -> skip fi;
       op = c_op; operation = c_operation; lines = c_lines; payload = c_payload; pinned = c_pinned; approval = c_approval; by = c_by; by2 = c_by2;
       forPayload = c_forPayload; confirmed = c_confirmed; good = c_good; uses = 0; i = 0;
       do :: i < LINES -> line[i] = c_line[i]; exec[i] = c_exec[i]; c_line[i] = 0; c_exec[i] = 0; i++ :: else -> break od;
       c_op = 0; c_operation = 0; c_lines = 0; c_payload = 0; c_pinned = 0; c_approval = false; c_by = 0; c_by2 = 0; c_forPayload = 0; c_confirmed = false; c_good = false;
       i = 0;
       do :: i < DESKTOPS -> reading[i] = UNREAD; i++ :: else -> break od;
       i = 0;
#ifndef M_RESTORE_BLIND
       asked = false;
#endif
       printf("ACT restore\n"); tell() }
  :: atomic { !asked && alive ->                                  /* every key of the lost time is asked, and closed if unknown */
       i = 0;
       do
       :: i < LINES ->
            x = 1; 
            do
            :: x <= executions ->
                 if
                 :: ledger[keyOf(x, i)] == k_none -> ledger[keyOf(x, i)] = k_closed
                 :: ledger[keyOf(x, i)] == k_done && onHand(i) && line[i] != l_booked -> line[i] = l_booked; exec[i] = x; found = true
                 :: else -> skip
                 fi;
                 x++
            :: else -> break
            od;
            i++
       :: else -> break
       od;
       if
       :: found ->
            dropApproval(); closeRequest(); i = 0;
            do :: i < LINES -> if :: onHand(i) && line[i] == l_none -> line[i] = l_free :: else -> skip fi; i++ :: else -> break od;
            if :: !orderedAlready -> op = executing :: else -> skip fi;
            settle()
       :: else -> skip
       fi;
       i = 0; x = 0; found = false; asked = true; printf("ACT asked\n"); tell() }
  od
}

init {
  byte i, x;
  atomic {
    run Second(MAKER); run Second(MENTOR); run Second(LEAD); run Second(LEAD2);
    do :: i < DESKTOPS -> run Desktop(i); i++ :: else -> break od;
    i = 0;
    do
    :: i < LINES ->
         run Line(i); x = 1;
#ifndef COARSE
         do :: x <= EXECUTIONS -> run Message(x, i); x++ :: else -> break od;
#endif
         i++
    :: else -> break
    od;
    i = 0; x = 0
  }
}
