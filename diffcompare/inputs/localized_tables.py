"""Tables from all over the world: titles of columns in many languages, and decimal commas in cells.

A title is recognized as a whole, whatever its case and its accents (`etudiant`), or by one of its words (`Name des
Schülers`).  Whole titles take precedence over words, and a role is given once, to the first column that has it.

Decimal commas, as in `0,5*x^2`, are read in files whose cells are not separated by commas.  In a call of several
arguments, `max(1,5)`, a decimal comma cannot be told from one that separates arguments, unless arguments are separated
by semicolons there: `max(1,5; x)`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple
from unicodedata import combining, normalize

from diffcompare.diagnostics import Diagnostic
from diffcompare.language.grammar import SEVERAL

ROLES: dict[str, str] = {  # the titles that have each role, separated by bars
    "student": """
        vor- und nachname|name, vorname|nachname, vorname|nombre y apellidos|nom et prénom|nom prénom|nome e cognome
        nombre y apellido|ad ve soyad|first and last name|last name, first name
        student|name|pupil|learner|student name|full name|username|user name
        participant
        schüler|schueler|schülerin|schüler/in|schüler*in|studentin|studierende|studierender|teilnehmer
        vorname|first name|given name
        étudiant|étudiante|élève|nom|prénom|nom de l'élève|apprenant|estudiante|alumno|alumna|nombre
        estudante|aluno|aluna
        nome|studente|studentessa|alunno|allievo|leerling|naam|uczeń|imię|imię i nazwisko|žák|jméno|studentka
        žiak|meno|tanuló|név|diák|elev|namn|navn|studerende|oppilas|opiskelija|nimi|nume|öğrenci|isim
        ad soyad|adı soyadı
        ученик|ученица|студент|студентка|имя|фио|учень|учениця|ім'я|прізвище|студент|μαθητής|φοιτητής|όνομα
        学生|姓名|名字|学生姓名|學生|學生姓名|同学|生徒|氏名|名前|学生名|학생|이름|성명|học sinh|sinh viên
        tên|họ tên|họ và tên
        siswa|nama|mahasiswa|murid|طالب|الطالب|اسم الطالب|الاسم|תלמיד|סטודנט|שם|छात्र|विद्यार्थी|नाम|นักเรียน|ชื่อ
    """,
    "email": """
        email|e-mail|email address|e-mail address|mail|e-mail-adresse|email-adresse|mailadresse|adresse e-mail
        adresse de courriel|courriel|correo electrónico|dirección de correo|dirección de correo electrónico|correo
        endereço de e-mail|endereço de email|indirizzo email|indirizzo e-mail|e-mailadres|adres e-mail|adres email
        e-postadress|e-post|эл. почта|адрес электронной почты|邮箱|电子邮件|電子郵件|电子邮件地址
        メールアドレス|이메일|이메일 주소
    """,
    "number": """
        id|student id|student_id|id number|matriculation number|student number|matrikelnummer|matrikelnr
        matrikel-nr
        numéro d'étudiant|matricule|matrícula|numero di matricola|matricola|studentnummer|nr albumu|学号|學號
        学籍番号|학번
        номер зачётки|номер студента|öğrenci no|mã sinh viên|mssv|nim|nis
    """,
    "function": """
        expression|function|f|f(x)|question|entry|formula|equation|expr|f(x,y)|f(x, y)|y = f(x)
        funktion|funktionsterm|term|ausdruck|aufgabe|frage|formel|fonction|exercice|expression f(x)|énoncé
        función|funcion|expresión|ejercicio|pregunta|fórmula|função|expressão|exercício|pergunta|questão
        funzione|espressione
        esercizio|domanda|functie|uitdrukking|vraag|opgave|funkcja|wyrażenie|zadanie|pytanie|wzór|funkce
        výraz|úloha|funkcia
        függvény|kifejezés|feladat|udtryk|uttrykk|uttryck|funksjon|oppgave|uppgift|funktio|lauseke|tehtävä
        funcție|funcţie
        fonksiyon|ifade|soru|функция|выражение|задача|вопрос|функція|вираз|συνάρτηση|έκφραση|άσκηση
        函数|函數|表达式|表達式|题目|題目|问题|問題|原函数|関数|式|함수|식|문제|hàm số|hàm|biểu thức|câu hỏi
        fungsi|soal|دالة|الدالة|פונקציה
        फलन|ฟังก์ชัน
    """,
    "right": """
        right answer|correct answer|model answer|richtige antwort|korrekte antwort|musterlösung|respuesta correcta
        bonne réponse|réponse correcte|resposta correta|resposta certa|risposta corretta|risposta esatta|juiste antwoord
        goede antwoord|poprawna odpowiedź|správná odpověď|správna odpoveď|helyes válasz|rätt svar|riktig svar
        rigtigt svar|oikea vastaus|răspuns corect|doğru yanıt|doğru cevap|правильный ответ|верный ответ
        правильна відповідь|σωστή απάντηση|正确答案|正確答案|参考答案|標準答案|标准答案
        正解|정답|jawaban benar|đáp án đúng
    """,
    "answer": """
        derivative|answer|f'|f'(x)|hand|your answer|response|y'|dy/dx =|solution|result
        ableitung|1. ableitung|erste ableitung|antwort|lösung|ergebnis|dérivée|dérivee|réponse|résultat
        fonction dérivée
        derivada|respuesta|resultado|resposta|derivata|risposta|soluzione|afgeleide|antwoord|pochodna
        odpowiedź|derivace
        odpověď|derivácia|odpoveď|derivált|válasz|afledt|afledede|svar|derivert|deriverte|derivata|derivaatta
        vastaus|derivată|derivata
        răspuns|türev|cevap|yanıt|производная|ответ|похідна|відповідь|παράγωγος|απάντηση
        导数|導數|导函数|答案|回答|作答|導関数|微分|解答|도함수|미분|답|답안|đạo hàm|câu trả lời|đáp án
        turunan|jawaban|مشتقة|المشتقة|الإجابة
        נגזרת|תשובה|अवकलज|उत्तर|อนุพันธ์|คำตอบ
    """,
    "domain": """
        domain|definitionsbereich|definitionsmenge|domaine|domaine de définition|dominio|domínio|domein
        dziedzina
        definiční obor|область определения|定义域|定義域|정의역|tanım kümesi|miền xác định
    """,
}  # fmt: skip

_EDGES = " \t\n:?=.*#!：？。、_"
_WORD = re.compile(r"[^\W\d_]{3,}")
_WITHOUT_BLANKS = re.compile(r"[\u3040-\u9fff\uac00-\ud7af\u1100-\u11ff\u0e00-\u0e7f]{2,}")  # Chinese and the like


def normalized(title: str) -> str:
    """Return a title in lower case, without accents and without blanks and signs at its ends."""
    text = " ".join(normalize("NFKC", title).casefold().split())
    text = "".join(character for character in normalize("NFKD", text) if not combining(character))
    return text.strip(_EDGES)


def role_of(title: str) -> str | None:
    """Return the role of a title as a whole: one of the keys of `ROLES`, or None."""
    return _role_by_title().get(normalized(title))


def is_exact_title(title: str) -> bool:
    """Tell whether a title is a known one letter for letter, with its accents."""
    return title.strip(_EDGES).casefold() in _exact_titles()


def role_by_words(title: str) -> str | None:
    """Return the role that the words of a title have, if it is a single one: `Name des Schülers` is the student."""
    roles = _roles_of_words(title)
    return roles.pop() if len(roles) == 1 else None


def _roles_of_words(title: str) -> set[str]:
    text, known = normalized(title), _role_by_title()
    roles = {known[word] for word in _WORD.findall(text) if word in known}
    for run in _WITHOUT_BLANKS.findall(text):
        inside = [word for word in known if len(word) > 1 and word in run]
        longest = [word for word in inside if not any(word in other for other in inside if other != word)]
        roles |= {known[word] for word in longest}
    return roles


def count_known_titles(titles: Sequence[str]) -> int:
    """Count the titles that are recognized, as a whole or by their words."""
    return sum(role_of(title) is not None or role_by_words(title) is not None for title in titles)


def _titles_in(text: str) -> list[str]:
    return [title for line in text.split("\n") for title in line.split("|")]


@cache
def _exact_titles() -> set[str]:
    return {title.strip().casefold() for text in ROLES.values() for title in _titles_in(text)}


@cache
def _role_by_title() -> dict[str, str]:
    roles: dict[str, str] = {}
    for role, text in ROLES.items():
        for title in map(normalized, _titles_in(text)):
            if title:
                roles.setdefault(title, role)
    return roles


# --- Decimal commas ---------------------------------------------------------------------------------------------------

_SIGNS = re.compile(r"([^\W\d]\w*)?\s*\(|\)|;|(?<=\d),(?=\d)")


class DecimalText(NamedTuple):
    """A text with decimal points in the places of its decimal commas."""

    text: str
    decimal: bool  # whether there was a decimal comma
    doubtful: tuple[int, int] | None  # the span of a number whose comma may separate arguments


def with_decimal_points(text: str) -> DecimalText:
    """Replace decimal commas by points, and semicolons between arguments by commas, character by character."""
    if "," not in text:
        return DecimalText(text, False, None)
    characters, decimal, doubtful = list(text), False, None
    open_calls: list[_Call] = [_Call(several=False)]
    for sign in _SIGNS.finditer(text):
        call = open_calls[-1]
        if sign[0].endswith("("):
            open_calls.append(_Call(several=(sign[1] or "").lower() in SEVERAL))
        elif sign[0] == ")":
            if len(open_calls) > 1:
                open_calls.pop()
            if call.several and call.commas and call.semicolons:
                decimal = True
                for place in (*call.commas, *call.semicolons):
                    characters[place] = "." if text[place] == "," else ","
            elif call.several and call.commas:
                doubtful = doubtful or _number_around(text, call.commas[0])
        elif sign[0] == ";":
            call.semicolons.append(sign.start())
        elif call.several:
            call.commas.append(sign.start())
        else:
            decimal = True
            characters[sign.start()] = "."
    return DecimalText("".join(characters), decimal, doubtful)


def ambiguous_comma(text: str, span: tuple[int, int]) -> Diagnostic:
    """Return the diagnostic on a number whose comma may separate arguments, in a file with decimal commas."""
    number = text[slice(*span)]
    point, apart = number.replace(",", ".", 1), number.replace(",", ", ", 1)
    message = f"`{number}` may be one number or two arguments"
    return Diagnostic(
        "E596", "syntax_error", message, text=text, span=span, help=f"write {point} for one, or {apart} for two"
    )


class _Call:
    """An open bracket, and the separators seen inside it."""

    def __init__(self, *, several: bool) -> None:
        self.several = several  # whether it holds the arguments of a function that takes several
        self.commas: list[int] = []
        self.semicolons: list[int] = []


def _number_around(text: str, comma: int) -> tuple[int, int]:
    """Return the span of the number around a comma."""
    start, end = comma, comma + 1
    while start and text[start - 1].isdigit():
        start -= 1
    while end < len(text) and text[end].isdigit():
        end += 1
    return start, end
