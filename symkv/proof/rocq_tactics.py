"""The Rocq text that stands before exported lemmas: imports, the ceiling and its laws, and the proof scripts.

A script is an ordered search: linear arithmetic, ring or field equations, case splits on orders, floors as variables
between their bounds, nonlinear arithmetic. What it does not find is rejected; nothing is admitted, no axiom is added.
"""

HEADER = r"""
(* v_x is the symbol x. A rational symbol x beside whole-number functions is the quotient num_x/den_x of two whole
   numbers, and every relation is multiplied out. A divisor whose sign does not show is a part of the conclusion. *)
"""

WHOLES = r"""From Coq Require Import ZArith Lia Nsatz.
Open Scope Z_scope.

(* The least whole number not below n/d; the greatest not above it is Z.div n d. *)
Definition cdiv (n d : Z) : Z := - ((- n) / d).

Lemma floor_bounds : forall n d, 0 < d -> d * (n / d) <= n /\ n < d * (n / d) + d.
Proof. intros n d H. pose proof (Z.div_mod n d). pose proof (Z.mod_pos_bound n d). lia. Qed.

Lemma cdiv_cdiv : forall n a b, 0 < a -> 0 < b -> cdiv (cdiv n a) b = cdiv n (a * b).
Proof. intros. unfold cdiv. rewrite Z.opp_involutive, Z.div_div; lia. Qed.

Lemma floor_floor : forall n a b, 0 < a -> 0 < b -> n / a / b = n / (a * b).
Proof. intros. apply Z.div_div; lia. Qed.

Ltac above_zero := first [lia | timeout 5 nia].

Ltac hypotheses :=
  repeat match goal with
  | H : _ /\ _ |- _ => destruct H
  | H : (_ | _) |- _ => let k := fresh "k" in destruct H as [k H]; try (assert (0 < k) by nia)
  end;
  subst.

(* Each conjunct is shown once and then known. *)
Ltac conjuncts shown :=
  repeat match goal with |- ?A /\ _ => let H := fresh "H" in assert (H : A) by shown; split; [exact H |] end.

Ltac nested :=
  repeat match goal with
  | |- context [cdiv (cdiv ?n ?a) ?b] => rewrite (cdiv_cdiv n a b) by above_zero
  | |- context [?n / ?a / ?b] => rewrite (floor_floor n a b) by above_zero
  end.

Ltac orders :=
  repeat match goal with
  | |- context [if Z.leb ?a ?b then _ else _] => destruct (Z.leb_spec a b)
  | |- context [if Z.ltb ?a ?b then _ else _] => destruct (Z.ltb_spec a b)
  | |- context [if Z.eqb ?a ?b then _ else _] => destruct (Z.eqb_spec a b)
  | H : context [if Z.leb ?a ?b then _ else _] |- _ => destruct (Z.leb_spec a b)
  | H : context [if Z.ltb ?a ?b then _ else _] |- _ => destruct (Z.ltb_spec a b)
  | H : context [if Z.eqb ?a ?b then _ else _] |- _ => destruct (Z.eqb_spec a b)
  | |- context [Z.min ?a ?b] => destruct (Z.min_spec a b) as [[? ->] | [? ->]]
  | |- context [Z.max ?a ?b] => destruct (Z.max_spec a b) as [[? ->] | [? ->]]
  | H : context [Z.min ?a ?b] |- _ => destruct (Z.min_spec a b) as [[? E] | [? E]]; rewrite E in H; clear E
  | H : context [Z.max ?a ?b] |- _ => destruct (Z.max_spec a b) as [[? E] | [? E]]; rewrite E in H; clear E
  end.

(* Every floor becomes a variable q with d*q <= n < d*q + d. *)
Ltac bound n d :=
  let P := fresh "P" in let L := fresh "L" in let U := fresh "U" in let q := fresh "q" in
  assert (P : 0 < d) by above_zero;
  destruct (floor_bounds n d P) as [L U]; set (q := n / d) in *; clearbody q.
Ltac bounds :=
  unfold cdiv in *;
  repeat match goal with
  | |- context [?n / ?d] => bound n d
  | H : context [?n / ?d] |- _ => bound n d
  end.

(* A variable x above 0 that divides both sides, seen by N = x*N(1) for their difference N, is cancelled. *)
Ltac by_one N x k :=
  lazymatch N with context [x] => idtac | _ => fail end;
  match eval pattern x in N with ?f _ => let e := eval cbv beta in (f 1) in replace N with (x * e) by ring; k end.
Ltac cancel :=
  match goal with
  | |- ?a = ?b => apply Z.sub_move_0_r; repeat match goal with x : Z |- ?N = 0 =>
      by_one N x ltac:(assert (0 < x) by lia; apply Z.mul_eq_0; right) end
  | |- ?a <= ?b => apply Z.le_0_sub; repeat match goal with x : Z |- 0 <= ?N =>
      by_one N x ltac:(apply Z.mul_nonneg_nonneg; [lia |]) end
  | |- ?a < ?b => apply Z.lt_0_sub; repeat match goal with x : Z |- 0 < ?N =>
      by_one N x ltac:(apply Z.mul_pos_pos; [lia |]) end
  | |- ?a >= ?b => apply Z.le_ge; cancel
  | |- ?a > ?b => apply Z.lt_gt; cancel
  | _ => idtac
  end.

Ltac square :=
  match goal with
  | |- context [?a ^ 2] => match goal with |- context [?b ^ 2] =>
      tryif constr_eq a b then fail else (pose proof (Z.square_nonneg (a - b)); lia) end
  | x : Z, y : Z |- _ => pose proof (Z.square_nonneg (x - y)); lia
  end.

Ltac leaf := first [lia | solve [ring] | square | timeout 10 nia | timeout 10 (solve [nsatz])].

(* A floor q is guessed: a small number, a multiple of d seen in n, another floor; and the guess is proved. *)
Ltac is q c := assert (q = c) by (timeout 3 nia); subst q.
Ltac near q c := first [is q c | is q (- c) | is q (c + 1) | is q (c - 1) | is q (- c - 1) | is q (1 - c)].
Ltac apart q d k := match goal with _ : d * ?p <= _ |- _ => is_var p; first [is q (p + k) | is q (p - k)] end.
Ltac pin :=
  match goal with L : ?d * ?q <= ?n |- _ =>
    is_var q;
    first
    [ near q 0
    | match n with context [?k * d] => near q k end
    | match n with context [d * ?k] => near q k end
    | match goal with _ : _ * ?p <= _ |- _ => is_var p; near q p end
    | match n with context [?k * d] => apart q d k end
    | match n with context [d * ?k] => apart q d k end ]
  end.

(* Floors by d and by d*k: k times the coarser one is below the finer one. *)
Ltac finer :=
  match goal with
  | _ : ?d * ?q <= _, _ : ?d * ?k * ?p <= _ |- _ => first [assert (q <= k * p) by nia | assert (k * p <= q) by nia]; nia
  | _ : ?d * ?q <= _, _ : ?k * ?d * ?p <= _ |- _ => first [assert (q <= k * p) by nia | assert (k * p <= q) by nia]; nia
  end.

(* The quotient of a divisibility is guessed; where that fails it is the floor. *)
Ltac quotient q := exists q; first [ring | lia | timeout 3 nia].
Ltac divides :=
  repeat match goal with
  | |- (- ?a | ?b) => apply (proj2 (Z.divide_opp_l a b))
  | |- (?a | - ?b) => apply (proj2 (Z.divide_opp_r a b))
  end;
  rewrite ?Z.pow_2_r;
  match goal with
  | |- (_ | _) => solve [auto 9 using Z.divide_refl, Z.divide_mul_l, Z.divide_mul_r, Z.divide_add_r, Z.divide_sub_r,
                    Z.divide_factor_l, Z.divide_factor_r]
  | |- (_ | _) => first [quotient 1 | quotient 0 | quotient 2]
  | x : Z |- (_ | _) => quotient x
  | x : Z, y : Z |- (_ | _) => first [quotient (x * y) | quotient (x + y) | quotient (x - y)]
  | x : Z, y : Z, z : Z |- (_ | _) => first [quotient (x * y * z) | quotient (x * (y + z)) | quotient (x * (y - z))]
  end.
Ltac by_floor := match goal with |- (?a | ?b) => exists (b / a) end.

Ltac search := orders; bounds; cancel; first [leaf | repeat pin; cancel; first [leaf | divides | finer]].
Ltac whole_numbers :=
  hypotheses; try (exfalso; lia); conjuncts ltac:(first [lia | timeout 10 nia]); nested;
  first [lia | solve [ring] | divides | search | by_floor; search].
"""

REALS = r"""From Coq Require Import Reals Lra Psatz Nsatz.
Open Scope R_scope.

Ltac above_zero_real :=
  repeat first [apply Rmult_lt_0_compat | apply pow_lt | apply Rinv_0_lt_compat | apply sqrt_lt_R0];
  first [lra | timeout 5 nra].
Ltac not_zero := first [assumption | lra | apply Rgt_not_eq; above_zero_real | timeout 5 nra].
Ltac not_zeros := repeat match goal with |- _ /\ _ => split end; not_zero.

Ltac conjuncts_real shown :=
  repeat match goal with |- ?A /\ _ => let H := fresh "H" in assert (H : A) by shown; split; [exact H |] end.

(* Every root becomes a variable r >= 0 with r*r = a. *)
Ltac root a :=
  let P := fresh "P" in let E := fresh "E" in let r := fresh "r" in
  assert (P : 0 <= a) by first [lra | left; above_zero_real | timeout 5 nra];
  pose proof (sqrt_pos a); pose proof (sqrt_sqrt a P) as E; set (r := sqrt a) in *; clearbody r.
Ltac roots :=
  repeat match goal with
  | |- context [sqrt ?a] => root a
  | H : context [sqrt ?a] |- _ => root a
  end.

Ltac orders_real :=
  unfold Rmin, Rmax in *;
  repeat match goal with
  | |- context [if ?c then _ else _] => destruct c
  | H : context [if ?c then _ else _] |- _ => destruct c
  end.

(* t*y = u with t not 0 gives y. *)
Ltac isolate :=
  match goal with
  | H : ?u = ?t * ?y |- _ => is_var y; assert (y = u / t) by (rewrite H; field; not_zeros); subst y
  | H : ?t * ?y = ?u |- _ => is_var y; assert (y = u / t) by (rewrite <- H; field; not_zeros); subst y
  end.

(* Every reciprocal becomes a variable i with d*i = 1. *)
Ltac reciprocal d :=
  let P := fresh "P" in let E := fresh "E" in let i := fresh "i" in
  assert (P : d <> 0) by not_zero; try (assert (0 < / d) by above_zero_real);
  pose proof (Rinv_r d P) as E; set (i := / d) in *; clearbody i.
Ltac reciprocals :=
  unfold Rdiv in *;
  repeat match goal with
  | |- context [/ ?d] => reciprocal d
  | H : context [/ ?d] |- _ => reciprocal d
  end.

Lemma quotient_above : forall n d, 0 < d -> 0 <= n -> 0 <= n / d.
Proof. intros. apply Rmult_le_pos; [assumption | left; apply Rinv_0_lt_compat; assumption]. Qed.
Lemma quotient_strictly_above : forall n d, 0 < d -> 0 < n -> 0 < n / d.
Proof. intros. apply Rmult_lt_0_compat; [assumption | apply Rinv_0_lt_compat; assumption]. Qed.

(* A variable x above 0 with N = x*N(1), or x*x*N(1), is cancelled. *)
Ltac cancel_real :=
  repeat match goal with x : R |- ?r 0 ?N =>
    lazymatch N with context [x] => idtac | _ => fail end;
    match eval pattern x in N with ?f _ =>
      let e := eval cbv beta in (f 1) in
      first [replace N with (x * e) by ring | replace N with (x * (x * e)) by ring];
      first [apply Rmult_le_pos; [lra |] | apply Rmult_lt_0_compat; [lra |]]
    end
  end.

Ltac above := first [lra | timeout 10 nra].
Ltac squares :=
  match goal with
  | x : R, y : R |- _ => pose proof (Rle_0_sqr (x - y)); unfold Rsqr in *; above
  | x : R |- _ => pose proof (Rle_0_sqr (x - 1)); unfold Rsqr in *; above
  end.

(* An inequality as 0 <= N/D with N and D multiplied out. *)
Ltac gap :=
  match goal with
  | |- ?a <= ?b => cut (0 <= b - a); [lra |]
  | |- ?a < ?b => cut (0 < b - a); [lra |]
  | |- ?a >= ?b => cut (0 <= a - b); [lra |]
  | |- ?a > ?b => cut (0 < a - b); [lra |]
  end;
  match goal with
  | |- 0 <= ?x => field_simplify x; [| not_zeros ..]
  | |- 0 < ?x => field_simplify x; [| not_zeros ..]
  end;
  try match goal with
  | |- 0 <= _ / _ => apply quotient_above; [above_zero_real |]
  | |- 0 < _ / _ => apply quotient_strictly_above; [above_zero_real |]
  end;
  cancel_real; first [above | squares].

Ltac by_squares :=
  match goal with
  | |- _ = _ => apply Rsqr_inj; unfold Rsqr; timeout 10 nra
  | |- _ <= _ => apply Rsqr_incr_0_var; unfold Rsqr; timeout 10 nra
  | |- _ < _ => apply Rsqr_incrst_0; unfold Rsqr; timeout 10 nra
  end.

(* Every variable above 0 gets its inverse, so that nsatz may cancel it. *)
Ltac inverted x H :=
  let P := fresh "P" in let E := fresh "E" in let i := fresh "i" in
  assert (P : x <> 0) by lra; clear H; pose proof (Rinv_r x P) as E; set (i := / x) in *; clearbody i.
Ltac saturated :=
  unfold Rdiv in *; rewrite ?Rinv_mult in *; reciprocals;
  repeat match goal with
  | H : 0 < ?x |- _ => is_var x; inverted x H
  | H : 1 <= ?x |- _ => is_var x; inverted x H
  end.

Ltac real_leaf :=
  first
  [ lra | solve [field; not_zeros] | solve [gap] | timeout 10 nra | by_squares
  | solve [reciprocals; first [timeout 10 nra | timeout 10 nsatz]]
  | solve [saturated; timeout 20 nsatz] ].

Ltac real_numbers :=
  repeat match goal with H : exists _, _ |- _ => destruct H end; subst;
  conjuncts_real ltac:(first [not_zero | timeout 10 nra]);
  roots; orders_real; first [real_leaf | isolate; real_leaf].
"""
