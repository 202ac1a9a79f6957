# The English of the pages, as Indian offices write it.
# Every message must also be in hi.ftl; build.rs stops otherwise.

# The product and what stands around every page
product = Mohar
skip-to-content = Skip to content
language-switch = Language
language-hi = Hindi
language-en = English
me-change-post = Change charge
me-settings = My settings
me-sign-out = Sign out
nav-label = Main
nav-desk = Desk
nav-open-file = New file
nav-diarise = Diarise dak
nav-safety = Safety
nav-help = Help
find-label = Search: number, subject, sender, note
find-hint = / Search: number, subject, person…
search-title = Search
search-find = Search
search-kind = File / dak
search-year = Year
search-open = Current
search-closed = Disposed
search-post = Was with the post
search-number = Number
search-where = Found in
search-near = similar spelling
search-in-cover = Subject / particulars
search-in-note = Note
search-in-remark = Remark
search-in-paper = Paper
search-in-movement = Movement
search-nothing = Nothing found
search-how = How to search
search-how-number = Write a number in any form: क्र./123/2026, 123-2026 or १२३ २०२६.
search-how-words = One or two main words are enough. Spelling does not stand in the way: सम्बन्ध/संबंध, जाये/जाए, ज़मीन/जमीन.
search-how-roman = Roman letters find Hindi: seemankan, namantaran, pension.
search-how-filter = With too many results choose a year, a status or a post; with too few take the choice away.
search-how-what = Only files and dak that are or were with your post are found. Secret matters are not searched.
search-total =
    { $n ->
        [one] { $n } result
       *[other] { $n } results
    }
search-more =
    { $n ->
        [one] more than { $n } result
       *[other] more than { $n } results; the nearest first
    }
search-behind =
    { $n ->
        [one] { $n } new entry is not in the index yet.
       *[other] { $n } new entries are not in the index yet.
    }
cancel = Cancel
unknown = not known
back-to-file = File

# The lamp in the header and the banners
lamp-held =
    { $n ->
        [one] Safe, copy at { $n } place
       *[other] Safe, copies at { $n } places
    }
lamp-recorded = Recorded here, copies elsewhere not yet confirmed
lamp-waiting =
    { $n ->
        [one] { $n } dispatch waiting, { $age }
       *[other] { $n } dispatches waiting, oldest { $age }
    }
lamp-unknown = Safety not known
lamp-fault = Nothing can be recorded now
banner-unreachable =
    { $n ->
        [one] No contact with other offices since { $time }. Please carry on working; { $n } dispatch is waiting and will go by itself when contact returns.
       *[other] No contact with other offices since { $time }. Please carry on working; { $n } dispatches are waiting and will go by themselves when contact returns.
    }
banner-unreachable-idle = No contact with other offices since { $time }. Please carry on working; whatever you send will go by itself when contact returns.
banner-unwitnessed = By decision of the head of office work goes on unwitnessed; every act carries this mark until there is contact again.
banner-read-only = Reading only at present: { $cause }. Please inform the office's IT in-charge.
banner-planned =
    { $n ->
        [one] Update at { $time } for { $n } minute; what you write stays safe.
       *[other] Update at { $time } for { $n } minutes; what you write stays safe.
    }
banner-node-lost = Contact with the office server is lost. What you wrote is safe on this computer; trying again by itself.

# Counts, ages, kinds
files-count =
    { $n ->
        [one] { $n } file
       *[other] { $n } files
    }
notes-count =
    { $n ->
        [one] { $n } note
       *[other] { $n } notes
    }
papers-count =
    { $n ->
        [one] { $n } paper
       *[other] { $n } papers
    }
waiting-count =
    { $n ->
        [one] { $n } dispatch
       *[other] { $n } dispatches
    }
age-now = now
age-minutes = { $n } min
age-hours =
    { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
age-days =
    { $n ->
        [one] { $n } day
       *[other] { $n } days
    }
kind-file = File
kind-dak = Dak
urgency-ordinary = Ordinary
urgency-priority = Priority
urgency-immediate = Immediate
urgency-top = Top priority
reach-here = in this office
reach-now = in contact
reach-lost = no contact for { $age }
reach-unknown = contact not known
time-in-doubt = time in doubt
waits-for = Waiting for { $office }
post-vacant = post vacant
by-node = office server
act-id = Act no.
act-proof = See proof

# Safety ladder
ladder-recorded = recorded in this office
ladder-held =
    { $n ->
        [one] copy safe at { $n } place
       *[other] copies safe at { $n } places
    }
ladder-held-unknown = no copy elsewhere confirmed yet
ladder-delivered = received by the office { $time }
ladder-delivered-unknown = receipt not confirmed
ladder-opened = opened { $time }
ladder-opened-unknown = not known whether opened

# Sign-in and charges
sign-in-title = Sign in
sign-in-login = Login name
sign-in-password = Password
sign-in-button = Sign in
sign-in-local = Sign-in happens in this office. It needs no internet, no OTP and no outside service.
sign-in-forgotten = If you forgot your password, please ask the office's IT in-charge.
sign-in-refused = The login name or the password is not correct. Please try again.
sign-in-wait =
    { $n ->
        [one] Too many wrong attempts. Please try again after { $n } minute.
       *[other] Too many wrong attempts. Please try again after { $n } minutes.
    }
posts-title = Choose a charge
posts-what = You hold the charge of more than one post. On which will you work?
posts-additional = additional charge
posts-waiting =
    { $n ->
        [one] { $n } matter pending
       *[other] { $n } matters pending
    }

# My desk
desk-title = My desk
desk-tabs = Parts of the desk
desk-updated = The list on the desk has changed.
desk-keys = J/K move · Enter open · G then I desk · ? all keys
tab-all = All
tab-dak = Dak
tab-files = Files
tab-sent = Sent
tab-parked = Parked
tab-closed = Closed
col-number = Number
col-subject = Subject
col-from = From
col-since = Since
col-due = Due
col-state = State
row-unread = New
row-own = opened here
row-returned =
    { $n ->
        [one] returned once
       *[other] returned { $n } times
    }
row-working-days =
    { $n ->
        [one] { $n } working day at this desk
       *[other] { $n } working days at this desk
    }
row-late =
    { $n ->
        [one] { $n } day late
       *[other] { $n } days late
    }
state-on-desk = on desk
state-draft = note begun
state-queued = waiting for { $office }, { $age }
state-in-transit = on the way, not yet acknowledged: { $office }
state-delivered = received by { $post }, { $office }
state-parked = parked until { $date }
state-closed = closed
state-needs-newer = needs newer software
empty-all = Nothing is pending on your desk. If a letter has come, diarise it; or open a new file.
empty-dak = No dak is pending. Letters appear here as soon as they are diarised.
empty-files = No file is pending. Files marked to you appear here.
empty-sent = You have not sent anything yet. Here you will see who has what you sent.
empty-parked = Nothing is parked. A parked file comes back to the desk by itself on its day.
empty-closed = No file has been closed yet.
only-label = Show:
only-everything = everything
only-due = due or late
only-urgent = urgent
only-watched = watched
only-empty = Nothing here is of this kind.
pager-label = Pages
pager-before = Previous
pager-after = Next
pager-of = Page { $page } of { $pages }

# Opening a file, diarising dak
form-correct = Please correct the marked entry. Everything else is kept.
field-must = (required)
field-optional = (optional)
field-subject = Subject
field-subject-missing = Please enter the subject.
field-subject-long = The subject is too long, please shorten it.
field-legacy-number = Old number
field-legacy-number-hint = The number of the paper file, exactly as written on it.
field-language = Language of the file
field-urgency = Urgency
field-from = From whom
field-from-missing = Please enter the sender's name or office.
field-letter-date = Date of letter
field-letter-date-missing = Please enter the date of the letter.
field-letter-number = Letter no.
field-paper = The paper
field-paper-hint = PDF, picture (JPEG, PNG) or plain text, at most { $size }
field-paper-missing = Please choose the paper.
field-paper-kind = This kind of paper cannot be taken. Please give PDF, JPEG, PNG or plain text.
field-paper-title = Title of the paper
field-paper-title-missing = Please enter the title of the paper.
field-paper-date = Date of the paper
field-reason = Reason
field-reason-missing = Please write the reason.
field-until = Until
field-until-missing = Please enter a day after today.
field-retention = Retention category
open-title = Open a new file
open-number = The number is given automatically: { $series }
open-button = Open file
field-head = Head
field-head-none = No head
field-head-hint = The head stands in the number, and each head counts for itself.
open-classification-hint = A classified file appears in registers and in search only for those who have had it.
open-more = More: head, classification
diarise-title = Diarise dak (inward)
diarise-number = The inward number is given at once, also without internet.
diarise-button = Diarise and open
diarise-next = Diarise, next dak
diarise-like = Diarise, next of this sender
diarise-send = Diarise and send
diarise-more = More: delivery, address, telephone, classification, enclosures
diarise-left-out = These attachments could not be taken:
dak-pages = Pages of incoming dak
field-received = Received on
field-case = Kind of case
field-case-none = Ordinary letter
case-days =
    { $n ->
        [one] { $n } working day
       *[other] { $n } working days
    }
field-watch = Watched class
field-mode = Mode of delivery
field-classification = Classification
field-phone = Telephone
field-address = Address
field-email = E-mail
field-enclosures = Enclosures
watch-vip = MP, MLA, minister
watch-assembly = Assembly
watch-court = Court
watch-rti = RTI
watch-cm = CM office
mode-not-said = Not said
mode-hand = By hand
mode-post = Post
mode-registered = Speed or registered post
mode-email = E-mail
mode-messenger = Messenger
mode-fax = Fax
mode-scanner = Scanner
classification-normal = Normal
classification-confidential = Confidential
classification-secret = Secret
classification-top-secret = Top secret
repeats-title = This letter seems to be diarised already:
repeats-same-bytes = the same scan
repeats-same-letter = the same number, sender and date
repeats-reason = Why it is diarised all the same
repeats-button = Diarise all the same
repeats-leave = Do not diarise

put-title = Put in a file
put-what = The papers of the dak get the next pages of the correspondence of the file, and the dak is disposed of. If only a copy is put in, the dak stays on your desk.
put-search = Files on your desk: search by number or subject
put-new-file = Open a new file
put-none = There is no such file on your desk. Open a new one, or call for the file first.
put-button = Sign and put in the file
put-copy-button = Put in a copy only
done-put-in-file = { $number } was put in file { $to }.
done-copied = A copy of { $number } was put in file { $to }.
copies-title = Send copies
copies-what = The original stays with you. Each copy goes by itself under a number of its own that names the original.
copies-chosen = Chosen
copies-none = Tick one post or more below.
copies-button = Sign and send the copies
done-copies =
    { $n ->
        [one] { $n } copy of { $number } was sent.
       *[other] { $n } copies of { $number } were sent.
    }

# What waits to be diarised
tray-title = Inward tray
tray-what = What has come in and is not diarised yet: from the folders of scanner and e-mail, or added here.
tray-add = Add a letter
tray-add-hint = PDF, picture (JPEG, PNG), plain text, e-mail (.eml) or mailbox (.mbox), at most { $size }
tray-add-button = Put in the tray
tray-name = Letter
tray-since = Came
tray-size = Size
tray-diarise = Diarise
tray-discard = Discard
tray-known = Diarised already: { $number }
tray-held = The paper of your unfinished form
tray-empty = The tray is empty. A letter from the scanner's folder, or one added above, will stand here.
tray-not-taken = These could not be taken from the folder:
done-in-tray = The letter is in the tray.
done-discarded = The letter was taken out of the tray.
tray-discard-title = Discard from the tray
tray-discard-what = The letter will not be diarised, and will be gone from here for good.

# The inward register
inward-title = Inward register
inward-from-day = From
inward-to-day = To
inward-words = Sender, subject or number
inward-watch = Watched
inward-case = Kind
inward-standing = Status
inward-any = All
inward-show = Show
inward-print = For printing
inward-number = Inward no.
inward-letter = Letter no. and date
inward-holder = With whom
inward-total =
    { $n ->
        [one] { $n } entry
       *[other] { $n } entries
    }
inward-empty = No entry was found. Widen the dates or take out words.
inward-hidden = ({ $classification })
inward-copy = copy
inward-slip = Acknowledgement
inward-printed = Printed { $time }, { $name }
slip-title = Acknowledgement
slip-by = Diarised by
slip-what = This slip is from the inward register of the office. Quote the inward number when you ask.
standing-here = In this office
standing-away = Elsewhere
standing-closed = Disposed of

# The file
file-holder = With:
file-holder-you = you
file-legacy = old no.
file-due = due { $date }
file-updated = This file was updated.
views-label = Which side to show
view-both = Both
view-notes = Notes only
view-papers = Papers only
notes-title = Note sheet
notes-empty = There is no note yet.
papers-title = Correspondence
papers-empty = No paper is attached. Use "Attach" to add a PDF, a picture or text.
papers-none = No paper is attached.
papers-choose = Choose a paper above.
page-note = p.{ $page }/n
page-paper = p.{ $page }/c
pages-paper = p.{ $first }-{ $last }/c
paper-ref = p.{ $page }/c
paper-insert-ref = Put reference into note
paper-save = Save a copy
paper-other = This paper cannot be shown here. Use "Save a copy" to open it.
ref-lost = This page is not in the file
draft-title = My note
draft-hint = from para { $para }; only you see it until you send
draft-save = Save
draft-kept = kept; you can go on when the file is back on your desk
phrases-title = Stock phrases
act-send = Send
act-send-back = Send back
act-recall = Recall
act-attach = Attach
act-park = Park
act-wake = Bring to desk
act-close = Close
act-reopen = Reopen
act-put-in-file = Put in file
act-copies = Send copies
letter-more = More about the letter
act-where = Where is it
autosave-idle = What you write is saved by itself
autosave-typing = Writing…
autosave-browser = Saved on this computer
autosave-node = ✓ Saved in this office { $time }
autosave-trouble = ⚠ No contact with the office server; keep writing, it is safe here
autosave-conflict = ⚠ This note is open in another tab or computer too
autosave-refused = ⚠ Not saved: the text has invisible characters or is too long; for now it is kept on this computer
autosave-ended = ⚠ Your session ended; what you wrote is safe on this computer. Sign in again in another tab
choice-conflict = This note was also changed elsewhere. Which one should stay?
choice-recover = This computer has a copy of the note that did not reach the office server. Which one should stay?
choice-here = On this computer
choice-node = In this office
choice-keep-here = Keep the one on this computer
choice-keep-node = Keep the one in the office

# Send sheet
send-title = Send
send-leaves = What leaves
send-notes = Note sheet
send-papers = Correspondence
send-draft = Your note, to be signed
send-draft-hint = After signing this note cannot be changed.
send-no-draft = You wrote no note; the file goes without one.
send-to = To whom
send-change-target = Change
send-search = Search post, name or office
send-search-button = Search
send-own = Posts of this office
send-others = Other offices
send-others-search = Search by district, department or post.
send-none = No such post was found.
send-more = There are more posts; add the office's name to the search.
send-wanted = Action wanted
send-due = Due date
send-remarks = Remarks
send-button = Sign and send
send-will-wait = { $office } cannot be reached now. After signing it waits here and goes by itself when contact returns. Until then you can take it back.
send-needs-newer = The software of { $office } is older; this cannot be opened there yet.
wanted-action = For necessary action
wanted-orders = For orders
wanted-approval = For approval
wanted-opinion = For opinion
wanted-examination = For examination
wanted-perusal = For perusal
wanted-information = For information

# Sheets that ask before they act
confirm-send-back-title = Send back
confirm-send-back-what = It goes back, with the reason, to the one it came from.
confirm-send-back-button = Sign and send back
confirm-recall-title = Recall
confirm-recall-what = If nobody there has opened it, it comes back by itself; otherwise they are shown your request.
confirm-recall-button = Sign and recall
confirm-park-title = Park
confirm-park-what = It comes back to your desk by itself on that day.
confirm-park-button = Sign and park
confirm-close-title = Close
confirm-close-what = With all action complete the file goes to record. It can be reopened if needed.
confirm-close-button = Sign and close
confirm-reopen-title = Reopen
confirm-reopen-what = The file comes from record to your desk.
confirm-reopen-button = Sign and reopen
confirm-attach-title = Attach a paper
confirm-attach-what = The paper gets the next page number (/c) in the correspondence.
confirm-attach-button = Sign and attach
retention-a = Category A: permanent, with a copy for the archive
retention-b = Category B: permanent
retention-c10 = Category C: 10 years
retention-c5 = Category C: 5 years
retention-c3 = Category C: 3 years
retention-c1 = Category C: 1 year

# Sentences after an act
done-opened = File { $number } was opened.
done-diarised = The letter was diarised as { $number }.
done-saved = The note was saved.
done-sent = { $number } was signed and sent to { $to }.
done-queued = { $number } was signed; it goes by itself when { $to } can be reached.
done-sent-back = { $number } was sent back.
done-recalled = { $number } was taken back.
done-recall-asked = The recall of { $number } was requested.
done-parked = { $number } was parked.
done-woken = { $number } is back on the desk.
done-closed = { $number } was closed.
done-reopened = { $number } was reopened.
done-attached = The paper was attached at { $page }.
done-settings = The settings were saved.
done-password = The password was changed.

# Where is it
where-title = Where is it
where-now = Now with:
where-since = since { $time }
where-history = History
col-step = No.
col-time = Time
col-what = What was done
col-who = By whom
col-proof = Proof
verify-how = To verify on any computer without internet, save the proof bundle of this file and check it. Full act number:
verify-bundle = Save proof bundle
moved-created = File opened
moved-diarised = Dak diarised
moved-noted = Note signed
moved-attached = Paper attached
moved-forwarded = Forwarded
moved-handed-on = Forwarded to the successor office, by order
moved-handed-over = Handed over to the other office
moved-received = Received in the office
moved-opened = Opened by the officer
moved-sent-back = Sent back
moved-recall-asked = Recall requested
moved-recalled = Taken back
moved-parked = Parked
moved-woken = Back on desk
moved-closed = Closed
moved-put-in-file = Put into a file
moved-reopened = Reopened
moved-reassigned = Reassigned by order of the authority above
moved-unknown = Act of newer software, cannot be read here

# Safety page
safety-title = Safety
safety-what = Only what this office holds a signed proof of is written here.
safety-offices = Other offices
safety-no-offices = No other office is known yet.
safety-mirrors = Copies of our log
safety-no-mirrors = No office has been assigned yet to keep a copy of our log.
safety-own = This office
safety-refused =
    { $n ->
        [one] { $n } attempt by an unknown node was refused.
       *[other] { $n } attempts by unknown nodes were refused.
    }
safety-turned-away =
    { $n ->
        [one] { $n } connection was turned away because there were too many.
       *[other] { $n } connections were turned away because there were too many.
    }
safety-slowed =
    { $n ->
        [one] { $n } time another office's node was slowed down because it sent too much.
       *[other] { $n } times another office's node was slowed down because it sent too much.
    }
safety-missing = Catching up
safety-missing-files =
    { $n ->
        [one] { $n } file for this office is on its way.
       *[other] { $n } files for this office are on their way.
    }
safety-missing-acts = Entries of other offices to be copied: { $acts }. In all about { $bytes }.
safety-missing-time =
    { $n ->
        [one] At the present rate this takes about { $n } minute.
       *[other] At the present rate this takes about { $n } minutes.
    }
safety-missing-still = Nothing arrives at the moment.
col-office = Office
col-contact = Contact
col-heard = Last heard
col-waiting = Waits to go there
col-log = Acts known
col-holds = Entries held
col-proved-at = Proved at
nothing-waits = nothing
waiting-oldest = oldest { $age }
mirror-holds = { $held } of { $all }
own-path = Office path
own-log = Acts recorded
own-incarnation = Incarnation
own-running = Running since
own-backup = Last backup
own-disk = Free disk space
own-version = Software version

# Refusals and faults
problem-title = Not done
problem-typed = What you had written (you may copy it from here)
problem-back = Go back
problem-code = Code
problem-operation = Number to quote when asking for help:
problem-not-found = This page or file was not found.
problem-not-found-next = Please check the number. It may also be that this file is not shown to your post.
problem-not-allowed = This cannot be done from your post.
problem-not-allowed-next = If it is your duty, please ask the office administrator to check your charge.
problem-not-holder = This file is no longer with you.
problem-not-holder-next = If needed, recall it, or ask its holder to send it back.
problem-changed = Someone acted on this after you opened it.
problem-changed-next = Open the page again, see the new state, then act.
problem-bad-form = This form is no longer valid. Nothing was recorded.
problem-bad-form-next = Go back, look over the entries and send again.
problem-session-ended = Your session has ended.
problem-session-ended-next = After signing in you can go on where you were.
problem-too-large = This is too large. Nothing was recorded.
problem-too-large-next = Shorten the text; scan a paper smaller or attach it in parts.
problem-too-many = Too many attempts in a short time.
problem-too-many-next = Please wait a little, go back and try again.
problem-read-only = Nothing can be recorded at present.
problem-read-only-next = You can go on reading. Writing and sending come back by themselves when this is repaired.
problem-fault = A fault occurred on our side.
problem-fault-next = Please try again. If it stays, tell the IT in-charge the number below.

# Settings
settings-screen = Language and keys
settings-language = Language of the pages
settings-shortcuts = Single-key shortcuts
settings-shortcuts-hint = A key is known by its place on the keyboard, so it works also while typing Hindi.
settings-on = On
settings-off = Off
settings-save = Save
settings-password = Change password
settings-password-old = Present password
settings-password-new = New password
settings-password-again = New password again
settings-password-hint =
    { $n ->
        [one] At least { $n } character
       *[other] At least { $n } characters
    }
settings-password-button = Change password
settings-password-refused = The present password is not correct, so the password was not changed. Please try again.
settings-password-differs = The two new passwords differ. Please enter both again.
settings-password-short = The new password is too short. Please use more characters.

# Help and keys
help-welcome = Welcome to Mohar
help-steps = Four things to know
help-desk = One desk.
help-desk-more = Dak and files, whatever is pending with you, is in one list.
help-note = Yellow, then green.
help-note-more = Your note stays yellow until sent and only you see it. Once signed it turns green and cannot be changed.
help-send = Sending does not stop.
help-send-more = Sign and send even when the other office cannot be reached; it goes by itself later.
help-safe = What you write stays safe.
help-safe-more = Notes are saved by themselves. "Where is it" says who has a file and what is proved.
help-marks = Marks of how long a matter is pending
help-age-aware = 4 to 7 working days
help-age-late = 8 to 15 working days
help-age-old = 16 working days or more
help-unknown = no proof yet; do not take it as done
help-dak = For the registry
help-dak-in = In "Diarise dak" the sender, the subject and the day of receipt are enough; the inward number is given at once.
help-dak-tray = Letters from the scanner and from e-mail are in the "Inward tray"; "Diarise, next dak" goes through them one after the other.
help-dak-repeat = When the same letter comes again, the earlier entry is shown; write the reason if it is to be diarised all the same.
help-dak-out = Send the dak, send copies of it or put it in a file; the "Inward register" shows who has it.
help-keys = Keys
help-keys-hint = Single keys do not work while you write in a field. They can be turned off in "My settings".
help-go = Go to the desk
col-key = Key
col-does = Does
keys-next = next / previous row
keys-open = open
keys-note = write the note
keys-send = send
keys-send-back = send back
keys-park = park
keys-attach = attach a paper
keys-where = where is it
keys-sides = notes only / papers only / both
keys-search = search
keys-desk = go to the desk
keys-sent = sent
keys-new = new file
keys-dak = Diarise / inward tray / inward register
keys-put-in-file = Dak: put in a file
keys-copies = Dak: send copies
keys-save = save the note now
keys-finish = sign (on the sheet that asks)
keys-help = this page

typing-on = अ { $method }
typing-off = A English
typing-ready = Hindi typing: F9
typing-hint = Ctrl+G or F9: Hindi / English. Shift+F9: picture of the keyboard.
typing-board = Picture of the keyboard
typing-candidates = Choose a word
typing-phonetic-help = Write the Hindi word in Roman letters (karyalay) and press Space. 1 to 5 or ↓ ↑ choose another word, Esc keeps the Roman letters. T D N R S = ट ड ण ड़ ष, aa ii uu = आ ई ऊ, RI = ऋ, M = ं, MM = ँ, H = ः, | = ।
typing-inscript-short = InScript
typing-gail-short = Remington
typing-typewriter-short = Typewriter
typing-phonetic-short = Phonetic
typing-inscript = InScript (standard of the Government of India)
typing-gail = Remington GAIL, in the order of sound
typing-typewriter = Remington GAIL, in typewriter order (as with Kruti Dev)
typing-phonetic = Phonetic: by Roman letters (karyalay → कार्यालय)
typing-system = My own keyboard, as installed on the computer
settings-typing = Hindi typing
settings-typing-hint = This goes with you to every computer. In a field, Ctrl+G or F9 changes between Hindi and English.
keys-typing = Hindi / English typing (in a field)
keys-board = picture of the keyboard
pasted-title = Pasted original (Kruti Dev)
pasted-question = The pasted text is in Kruti Dev. Convert it to Unicode?
pasted-original = Original
pasted-converted = Converted
pasted-kept = Both the original and the converted text will be kept among the papers of this file.
pasted-fault = The original could not be kept among the papers, so the converted text was not put in. Try again.
pasted-long = The text is longer than this field allows. Paste it in parts.
pasted-take = Insert the converted text
pasted-as-is = Paste as it is

# Letters that go out
act-draft = Draft a letter
letter-form-title = Draft of a letter
letter-draft = Draft
letter-drafts = Drafts of letters
letter-who = To whom
letter-search-hint = Type the name of a post or an office to find it.
letter-add-to = Address
letter-add-copy = Copy to
letter-groups = Groups
letter-count =
    { $n ->
        [one] { $n } post
       *[other] { $n } posts
    }
letter-other = Others (by post, e-mail or hand)
letter-other-name = Name and address
letter-other-way = Way of dispatch
letter-other-email = E-mail
letter-kind = Kind of letter
letter-begin = Fill in the template
letter-kind-letter = Letter
letter-kind-demi = Demi-official letter
letter-kind-memo = Memorandum
letter-kind-order = Order
letter-kind-circular = Circular
letter-kind-notification = Notification
letter-kind-uo = U.O. note
letter-drop = Remove
letter-none = Nobody yet
letter-salutation = Salutation
letter-body = Letter
letter-closing = Closing words
letter-save = Keep the draft
letter-save-what = The draft is kept in the file with your signature. A change makes a new version; the old one stays.
letter-drafted = Not approved yet
letter-approved = Approved
letter-issued = Issued
letter-forgotten = Given up
letter-version = Version { $n }
letter-versions = Versions
letter-compare = Compare with this
letter-compared = Changes from version { $old } to { $new }
letter-edit = Change
letter-approve = Approve this version
letter-issue = Issue
letter-open = Open the letter
letter-government = Government of { $state }
letter-number = No.
letter-uo-number = U.O. No.
letter-date = Date
letter-to = To,
letter-subject = Subject:
letter-reference = Reference:
letter-enclosures = Enclosures:
letter-endorsement = Endt. No.
letter-copies = Copy for information and necessary action to:
letter-signed = (Digitally signed)
letter-unsigned = (Draft, not signed)
letter-proved = Verified by the signature of the issuing office and its list of recipients.
letter-docket = Letter No. { $what } was issued; it is at { $page }.
way-node = To the desk of the office (node)
issue-check = Check the letter
issue-number = Number
issue-number-what = The number is given by itself at the signature. With copies the endorsement gets the next one.
issue-dispatch = It goes to
issue-nobody = There is no recipient; add one in the draft.
issue-what = The letter cannot be changed once it is signed. For offices that are out of reach it waits, and goes by itself.
issue-sign = Sign and issue
done-drafted = The draft was kept.
done-approved = The draft was approved.
done-issued = Letter No. { $number } was issued.
done-dispatch = The state of the dispatch was recorded.
done-served = Letter No. { $number } was sent to the remaining offices.
moved-drafted = Draft of a letter kept
moved-approved = Draft of a letter approved
moved-issued = Letter issued
keys-letters = Draft a letter, change it, outward register

# The outward register
outward-title = Outward register
outward-words = Number, subject or recipient
outward-empty = No letter found. Widen the days or remove words.
outward-serve = Send to the remaining offices
outward-say = Record the state
outward-particulars = Particulars (receipt number, who took it, reason)
out-returned = Returned
out-to-send = To be sent
out-waiting = Waiting
out-sent = Sent
out-delivered = Delivered
out-opened = Opened
# Several rows at once
many-label = Ticked rows:
many-all = all
many-send = Send together
many-park = Park together
many-opened = Record receipt
many-send-sign = Sign all and send
many-park-sign = Sign all and park
many-opened-sign = Record receipt of all
many-count = { $n ->
    [one] 1 case
   *[other] { $n } cases
 }
many-what = Each case is signed by itself. Where one cannot be signed, the reason is given; the others go on.
many-ticked = Ticked cases
many-ticked-status = Ticked: @
many-done-count = { $n ->
    [one] 1 case was done.
   *[other] { $n } cases were done.
 }
many-refused-count = { $n ->
    [one] 1 case was not; see the reason below.
   *[other] { $n } cases were not; see the reasons below.
 }
many-not-done = Not done
many-sent = Sent
many-parked = Parked
many-was-opened = Receipt recorded
col-outcome = Outcome
col-tick = Tick
row-tick = Tick { $number }
row-reminders = { $n ->
    [one] 1 reminder
   *[other] { $n } reminders
 }
preview-hint = Preview
tour-done = Understood, do not show again
tour-again = See the four cards of the first visit again

# Sending on
send-recent = Sent to lately
send-near = Offices above and below
send-again = This post had the case already, and no note or paper was added since. Say in a note why it goes there again.
send-long-way = With this post, { $n } posts will have had the case; by the manual four levels are enough.
send-skipped = Posts in between that have not seen it: copy for information
send-skipped-hint = Ticked posts get a copy of your note as dak, for information; the file goes straight on.
done-informed = { $n ->
    [one] A copy for information went to 1 post.
   *[other] Copies for information went to { $n } posts.
 }
done-not-informed = The copies for information did not go: { $why }
draft-sign = Sign, keep here
draft-send-back = Sign and return
done-signed = The note is signed; the case stays with you.

# Follow-up
waiting-title = Follow-up
waiting-what = What left your post and is not done yet: with whom it is, and since when. The oldest on top.
waiting-empty = Nothing that you sent is pending with others. What you send stands here until it is done.
col-with = With
col-reminded = Reminders
act-remind = Remind
reminder-from = Reminder:
reminder-on-its-way = on its way
moved-reminded = Reminded
done-reminded = A reminder about { $number } was sent.
confirm-remind-title = Remind
confirm-remind-what = Whoever has it sees the reminder on the desk and above the case, also at another office. The file stays where it is.
confirm-remind-button = Sign and remind

# Posts and officers
people-title = Posts and officers
people-what = Every change here is signed by you and recorded in this office's register; nobody outside has to permit it. Work that lies at a post stays at the post.
people-posts = Posts
people-post = Post
people-holders = In charge
people-admin = administrator
people-admin-post = The holder of this post will be an office administrator
people-end = End charge
people-end-label = End charge: { $officer }, { $post }
people-officers = Officers and staff
people-officer = Officer
people-charges = Charges
people-no-charge = no charge
people-retire = End all charges
people-retire-label = End all charges: { $officer } (retirement, transfer, suspension)
people-give = Give a charge
people-kind = Kind of charge
people-give-button = Sign and give the charge
people-new-officer = New officer
people-new-officer-button = Sign and add
people-new-post = New post
people-new-post-button = Sign and make the post
people-name-hi = Name (Hindi)
people-name-en = Name (English)
people-login = Login name
people-password = First password
people-code = Code of the post
people-code-hint = Small letters, such as naib_tehsildar; it does not change later.
people-rank = Rank
people-rank-hint = 1 is the highest; lists follow it.
charge-full = Regular
charge-additional = Additional charge
charge-link = Link officer
charge-assistant = Personal assistant
done-post = The post was made.
done-officer = The officer was added; now give a charge.
done-charge-given = The charge was given.
done-charge-ended = The charge was ended.
done-retired = All charges were ended.
keys-preview = Preview
keys-tick = Tick the row
keys-many = Send / park what is ticked
keys-waiting = Follow-up / posts and officers

# Handing a charge over
hand-over-title = Handing over the charge
hand-over-what = A file is opened with a list of what is pending at this post. Read the note and press "Sign, keep here"; the officer who comes signs the same file from the desk of the same post with "Charge taken over". Then the administrator ends your charge.
hand-over-button = Open the file with the list
hand-over-subject = Handing over of charge: { $post }, { $date }
hand-over-head = The charge of { $post } is handed over on { $date }. At this post:
hand-over-desk = Pending on the desk: { $n }
hand-over-parked = Parked: { $n }
hand-over-sent = Sent: { $n }
hand-over-tail = Charge handed over with the above.
done-hand-over = The list is ready; read it and sign.
