"""Titles of columns in the languages of classrooms: which of them is the student, the function, the derivative ...

A title is known as a whole, whatever its case and its accents (`etudiant`), or by one of its words (`Name des
Schülers`).  Whole titles go before words, and in a table a role is given once, to the first column that has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from unicodedata import combining, normalize

ROLES: dict[str, str] = {
    "student": """
        vor- und nachname|name, vorname|nachname, vorname|nombre y apellidos|nom et prénom|nom prénom|nome e cognome
        nombre y apellido|ad ve soyad|first and last name|last name, first name
        student|name|pupil|learner|student name|full name|email|e-mail|email address|username|user name
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
    "number": """
        id|student id|student_id|id number|matriculation number|student number|matrikelnummer|matrikelnr
        matrikel-nr
        numéro d'étudiant|matricule|matrícula|numero di matricola|matricola|studentnummer|nr albumu|学号|學號
        学籍番号|학번
        номер зачётки|номер студента|öğrenci no|mã sinh viên|mssv|nim|nis
    """,
    "function": """
        expression|function|f|f(x)|question|entry|formula|expr|f(x,y)|f(x, y)|y = f(x)
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
    "answer": """
        derivative|answer|f'|f'(x)|hand|your answer|response|y'|dy/dx =|solution|result
        ableitung|1. ableitung|erste ableitung|antwort|lösung|ergebnis|dérivée|dérivee|réponse|résultat
        fonction dérivée
        derivada|respuesta|resultado|resposta|derivata|risposta|soluzione|afgeleide|antwoord|pochodna
        odpowiedź|derivace
        odpověď|derivácia|odpoveď|derivált|válasz|afledt|afledede|svar|derivert|deriverte|derivata|derivaatta
        vastaus|derivată|derivata
        răspuns|türev|cevap|yanıt|производная|ответ|похідна|відповідь|παράγωγος|απάντηση
        导数|導數|导函数|答案|回答|作答|導関数|微分|解答|도함수|미분|답|답안|정답|đạo hàm|câu trả lời|đáp án
        turunan|jawaban|مشتقة|المشتقة|الإجابة
        נגזרת|תשובה|अवकलज|उत्तर|อนุพันธ์|คำตอบ
    """,
    "domain": """
        domain|definitionsbereich|definitionsmenge|domaine|domaine de définition|dominio|domínio|domein
        dziedzina
        definiční obor|область определения|定义域|定義域|정의역|tanım kümesi|miền xác định
    """,
}  # fmt: skip
"""What a title means by itself, parted by bars."""

_EDGES = " \t\n:?=.*#!：？。、_"
_WORD = re.compile(r"[^\W\d_]{3,}")
_WRITTEN_TOGETHER = re.compile(r"[\u3040-\u9fff\uac00-\ud7af\u1100-\u11ff\u0e00-\u0e7f]{2,}")


def plain(title: str) -> str:
    """The title without its case, its accents, its blanks and signs at the ends, and a remark in brackets."""
    said = " ".join(normalize("NFKC", title).casefold().split())
    said = "".join(sign for sign in normalize("NFKD", said) if not combining(sign))
    return said.strip(_EDGES)


def role_of(title: str) -> str | None:
    """What a title as a whole means: `student`, `number`, `function`, `answer`, `domain`, or None."""
    return _whole().get(plain(title))


def is_spelt(title: str) -> bool:
    """Whether the title is a known one letter for letter, with its accents."""
    return title.strip(_EDGES).casefold() in _spelt()


def role_by_words(title: str) -> str | None:
    """What the words of a title mean, where they mean one thing only: `Name des Schülers` is the student."""
    return next(iter(found), None) if len(found := _by_words(title)) == 1 else None


def _by_words(title: str) -> set[str]:
    words = _WORD.findall(plain(title))
    found = {role for word in words if (role := _whole().get(word)) is not None}
    for script in (word for word in _WRITTEN_TOGETHER.findall(plain(title))):  # Chinese and the like have no blanks
        inside = [known for known in _whole() if len(known) > 1 and known in script]
        longest = [known for known in inside if not any(known in other for other in inside if other != known)]
        found |= {_whole()[known] for known in longest}
    return found


def known_titles(titles: Sequence[str]) -> int:
    """How many titles are known, by themselves or by their words."""
    return sum(role_of(title) is not None or role_by_words(title) is not None for title in titles)


@cache
def _spelt() -> set[str]:
    return {
        title.strip().casefold() for said in ROLES.values() for line in said.split("\n") for title in line.split("|")
    }


@cache
def _whole() -> dict[str, str]:
    found: dict[str, str] = {}
    for role, said in ROLES.items():
        for line in said.split("\n"):
            for title in line.split("|"):
                if plain(title):
                    found.setdefault(plain(title), role)
    return found
