# मोहर के पृष्ठों की हिन्दी। शब्द वही हैं जो म.प्र. के कार्यालयों में लिखे और बोले जाते हैं।
# हर संदेश en.ftl में भी होना चाहिए; न होने पर build.rs रुक जाता है।

# The product and what stands around every page
product = मोहर
skip-to-content = सीधे मुख्य भाग पर जाएँ
language-switch = भाषा
language-hi = हिन्दी
language-en = अंग्रेजी
me-change-post = दूसरे प्रभार पर जाएँ
me-settings = मेरी सेटिंग
me-sign-out = लॉग आउट
nav-label = मुख्य सूची
nav-desk = मेज
nav-open-file = नई नस्ती
nav-diarise = डाक दर्ज करें
nav-safety = सुरक्षा
nav-help = सहायता
find-label = खोजें: क्रमांक, विषय, प्रेषक, टीप
find-hint = / खोजें: क्रमांक, विषय, व्यक्ति…
search-title = खोज
search-find = खोजें
search-kind = नस्ती / डाक
search-year = वर्ष
search-open = प्रचलित
search-closed = निराकृत
search-post = किस पद पर रही
search-number = क्रमांक
search-where = कहाँ मिला
search-near = मिलती-जुलती वर्तनी
search-in-cover = विषय / विवरण
search-in-note = टीप
search-in-remark = अभ्युक्ति
search-in-paper = पत्र
search-in-movement = आवागमन
search-nothing = कुछ नहीं मिला
search-how = कैसे खोजें
search-how-number = क्रमांक किसी भी रूप में लिखें: क्र./123/2026, 123-2026 या १२३ २०२६।
search-how-words = एक-दो मुख्य शब्द पर्याप्त हैं। वर्तनी का अंतर बाधा नहीं है: सम्बन्ध/संबंध, जाये/जाए, ज़मीन/जमीन।
search-how-roman = रोमन में भी लिख सकते हैं: seemankan, namantaran, pension।
search-how-filter = परिणाम अधिक हों तो वर्ष, स्थिति या पद चुनें; कम हों तो चयन हटाएँ।
search-how-what = वही नस्तियाँ और डाक मिलती हैं जो आपके पद के पास हैं या रही हैं। गुप्त श्रेणी की सामग्री नहीं खोजी जाती।
search-total =
    { $n ->
        [one] { $n } परिणाम
       *[other] { $n } परिणाम
    }
search-more =
    { $n ->
        [one] { $n } से अधिक परिणाम
       *[other] { $n } से अधिक परिणाम; पहले निकटतम
    }
search-behind =
    { $n ->
        [one] { $n } नई प्रविष्टि अभी खोज-सूची में नहीं आई है।
       *[other] { $n } नई प्रविष्टियाँ अभी खोज-सूची में नहीं आई हैं।
    }
cancel = रहने दें
unknown = ज्ञात नहीं
back-to-file = नस्ती

# The lamp in the header and the banners
lamp-held =
    { $n ->
        [one] सुरक्षित, { $n } स्थान पर प्रति
       *[other] सुरक्षित, { $n } स्थानों पर प्रति
    }
lamp-recorded = इस कार्यालय में दर्ज, अन्यत्र प्रति की पुष्टि शेष
lamp-waiting =
    { $n ->
        [one] { $n } प्रेषण प्रतीक्षा में ({ $age })
       *[other] { $n } प्रेषण प्रतीक्षा में (सबसे पुराना: { $age })
    }
lamp-unknown = सुरक्षा की स्थिति ज्ञात नहीं
lamp-fault = इस समय कुछ दर्ज नहीं हो सकता
banner-unreachable =
    { $n ->
        [one] { $time } से अन्य कार्यालयों से संपर्क नहीं है। आप काम जारी रखें; { $n } प्रेषण प्रतीक्षा में है और संपर्क होते ही अपने आप जाएगा।
       *[other] { $time } से अन्य कार्यालयों से संपर्क नहीं है। आप काम जारी रखें; { $n } प्रेषण प्रतीक्षा में हैं और संपर्क होते ही अपने आप जाएँगे।
    }
banner-unreachable-idle = { $time } से अन्य कार्यालयों से संपर्क नहीं है। आप काम जारी रखें; जो भेजेंगे, वह संपर्क होते ही अपने आप जाएगा।
banner-unwitnessed = कार्यालय प्रमुख के निर्णय से बिना साक्षी के काम चल रहा है; संपर्क होने तक हर कार्यवाही पर यह अंकित रहेगा।
banner-read-only = इस समय केवल पढ़ा जा सकता है: { $cause }। कार्यालय के आईटी प्रभारी को सूचित करें।
banner-planned = { $time } से { $n } मिनट तक सॉफ्टवेयर अद्यतन होगा; लिखा हुआ सुरक्षित रहेगा।
banner-node-lost = कार्यालय के सर्वर से संपर्क टूट गया है। लिखा हुआ इस कंप्यूटर पर सुरक्षित है; पुनः प्रयास अपने आप हो रहा है।

# Counts, ages, kinds
files-count =
    { $n ->
        [one] { $n } नस्ती
       *[other] { $n } नस्तियाँ
    }
notes-count =
    { $n ->
        [one] { $n } टीप
       *[other] { $n } टीपें
    }
papers-count = { $n } पत्र
waiting-count = { $n } प्रेषण
age-now = अभी
age-minutes = { $n } मि.
age-hours =
    { $n ->
        [one] { $n } घंटा
       *[other] { $n } घंटे
    }
age-days = { $n } दिन
kind-file = नस्ती
kind-dak = डाक
urgency-ordinary = साधारण
urgency-priority = प्राथमिकता
urgency-immediate = तत्काल
urgency-top = सर्वोच्च प्राथमिकता
reach-here = इसी कार्यालय में
reach-now = संपर्क है
reach-lost = संपर्क नहीं ({ $age })
reach-unknown = संपर्क की जानकारी नहीं
time-in-doubt = समय संदिग्ध
waits-for = { $office } की प्रतीक्षा
post-vacant = पद रिक्त
by-node = कार्यालय का सर्वर
act-id = कार्यवाही क्र.
act-proof = प्रमाण देखें

# Safety ladder
ladder-recorded = इस कार्यालय में दर्ज
ladder-held =
    { $n ->
        [one] { $n } स्थान पर प्रति सुरक्षित
       *[other] { $n } स्थानों पर प्रति सुरक्षित
    }
ladder-held-unknown = अन्यत्र प्रति की पुष्टि नहीं आई
ladder-delivered = कार्यालय को प्राप्त { $time }
ladder-delivered-unknown = प्राप्ति की पुष्टि नहीं आई
ladder-opened = खोली गई { $time }
ladder-opened-unknown = खोली गई या नहीं, ज्ञात नहीं

# Sign-in and charges
sign-in-title = लॉग इन
sign-in-login = लॉग इन नाम
sign-in-password = पासवर्ड
sign-in-button = लॉग इन करें
sign-in-local = लॉग इन इसी कार्यालय में होता है। इसके लिए इंटरनेट, ओटीपी या बाहर की किसी सेवा की आवश्यकता नहीं है।
sign-in-forgotten = पासवर्ड भूल जाने पर कार्यालय के आईटी प्रभारी से संपर्क करें।
sign-in-refused = लॉग इन नाम या पासवर्ड सही नहीं है। कृपया पुनः भरें।
sign-in-wait = बहुत बार गलत प्रयास हुआ है। कृपया { $n } मिनट बाद पुनः प्रयास करें।
posts-title = प्रभार चुनें
posts-what = आपके पास एक से अधिक पदों का प्रभार है। किस पद पर कार्य करना है?
posts-additional = अतिरिक्त प्रभार
posts-waiting = { $n } प्रकरण लंबित

# My desk
desk-title = मेरी मेज
desk-tabs = मेज के भाग
desk-updated = मेज की सूची बदली है।
desk-keys = J/K अगली/पिछली · Enter खोलें · G फिर I मेज · ? सभी कुंजियाँ
tab-all = सभी
tab-dak = डाक
tab-files = नस्तियाँ
tab-sent = भेजी हुई
tab-parked = स्थगित
tab-closed = नस्तीबद्ध
col-number = क्रमांक
col-subject = विषय
col-from = किससे प्राप्त
col-since = कब से
col-due = समय-सीमा
col-state = स्थिति
row-unread = नई
row-own = यहीं खोली गई
row-returned = { $n } बार वापस
row-working-days = इस मेज पर { $n } कार्य दिवस
row-late = { $n } दिन विलंब
state-on-desk = मेज पर
state-draft = टीप अधूरी
state-queued = प्रतीक्षा में ({ $age }): { $office }
state-in-transit = मार्ग में, पावती शेष: { $office }
state-delivered = प्राप्त: { $post }, { $office }
state-parked = { $date } तक स्थगित
state-closed = नस्तीबद्ध
state-needs-newer = नया सॉफ्टवेयर आवश्यक
empty-all = आपकी मेज पर कुछ भी लंबित नहीं है। नया पत्र आया हो तो डाक दर्ज करें, या नई नस्ती खोलें।
empty-dak = कोई डाक लंबित नहीं है। आवक पत्र "डाक दर्ज करें" से दर्ज होते ही यहाँ दिखेंगे।
empty-files = कोई नस्ती लंबित नहीं है। आपको अंकित नस्तियाँ यहाँ दिखेंगी।
empty-sent = आपने अभी कुछ नहीं भेजा है। भेजी हुई नस्ती किसके पास है, यह यहाँ से देखा जा सकेगा।
empty-parked = कोई नस्ती स्थगित नहीं है। स्थगित नस्ती नियत दिनांक को अपने आप मेज पर लौटती है।
empty-closed = अभी कोई नस्ती नस्तीबद्ध नहीं हुई है।
only-label = छाँटें:
only-everything = सब
only-due = समय-सीमा आज या बीती हुई
only-urgent = प्राथमिकता वाली
only-watched = निगरानी वाली
only-empty = इस छाँट में कुछ नहीं है।
pager-label = पृष्ठ
pager-before = पिछला
pager-after = अगला
pager-of = पृष्ठ { $page } / { $pages }

# Opening a file, diarising dak
form-correct = नीचे चिह्नांकित प्रविष्टि सुधारें। शेष प्रविष्टियाँ यथावत् हैं।
field-must = (आवश्यक)
field-optional = (ऐच्छिक)
field-subject = विषय
field-subject-missing = विषय भरें।
field-subject-long = विषय बहुत लंबा है, कृपया संक्षिप्त करें।
field-legacy-number = पुराना क्रमांक
field-legacy-number-hint = कागजी नस्ती का क्रमांक, जैसा उस पर लिखा है।
field-language = नस्ती की भाषा
field-urgency = तात्कालिकता
field-from = प्रेषक
field-from-missing = प्रेषक का नाम या कार्यालय भरें।
field-letter-date = पत्र दिनांक
field-letter-date-missing = पत्र का दिनांक भरें।
field-letter-number = पत्र क्रमांक
field-paper = पत्र की प्रति
field-paper-hint = PDF, चित्र (JPEG, PNG) या सादा पाठ, अधिकतम { $size }
field-paper-missing = पत्र की प्रति चुनें।
field-paper-kind = इस प्रकार की प्रति नहीं ली जा सकती। PDF, JPEG, PNG या सादा पाठ दें।
field-paper-title = पत्र का शीर्षक
field-paper-title-missing = पत्र का शीर्षक भरें।
field-paper-date = पत्र दिनांक
field-reason = कारण
field-reason-missing = कारण लिखें।
field-until = किस दिनांक तक
field-until-missing = आज के बाद का दिनांक भरें।
field-retention = अभिलेख श्रेणी
open-title = नई नस्ती खोलें
open-number = क्रमांक अपने आप दिया जाएगा: { $series }
open-button = नस्ती खोलें
field-head = मद
field-head-none = बिना मद के
field-head-hint = मद क्रमांक में लिखी जाती है, और हर मद के क्रमांक अलग चलते हैं।
open-classification-hint = गोपनीय नस्ती पंजियों और खोज में केवल उन्हें दिखती है जिनके पास वह रही हो।
open-more = और विवरण: मद, वर्गीकरण
diarise-title = डाक दर्ज करें (आवक)
diarise-number = आवक क्रमांक दर्ज होते ही मिलेगा, इंटरनेट न होने पर भी।
diarise-button = दर्ज करें और खोलें
diarise-like = दर्ज करें, इसी प्रेषक की अगली
diarise-send = दर्ज करें और भेजें
diarise-more = और विवरण: माध्यम, पता, दूरभाष, वर्गीकरण, संलग्नक
diarise-left-out = ये संलग्नक नहीं लिए जा सके:
dak-pages = आवक के पृष्ठ
field-received = प्राप्ति दिनांक
field-case = प्रकरण का प्रकार
field-case-none = सामान्य पत्र
case-days =
    { $n ->
        [one] { $n } कार्य दिवस
       *[other] { $n } कार्य दिवस
    }
field-watch = विशेष निगरानी
field-mode = प्राप्ति का माध्यम
field-classification = वर्गीकरण
field-phone = दूरभाष
field-address = पता
field-email = ई-मेल
field-enclosures = संलग्नक
watch-vip = सांसद, विधायक, मंत्री
watch-assembly = विधानसभा
watch-court = न्यायालय
watch-rti = सूचना का अधिकार
watch-cm = मुख्यमंत्री कार्यालय
mode-not-said = उल्लेख नहीं
mode-hand = दस्ती (हाथ से)
mode-post = साधारण डाक
mode-registered = स्पीड पोस्ट या पंजीकृत
mode-email = ई-मेल
mode-messenger = संदेशवाहक
mode-fax = फैक्स
mode-scanner = स्कैनर
classification-normal = सामान्य
classification-confidential = गोपनीय
classification-secret = गुप्त
classification-top-secret = परम गुप्त
repeats-title = यह पत्र पहले से दर्ज लगता है:
repeats-same-bytes = वही स्कैन
repeats-same-letter = वही क्रमांक, प्रेषक और दिनांक
repeats-reason = फिर भी दर्ज करने का कारण
repeats-button = फिर भी दर्ज करें
repeats-leave = दर्ज न करें

put-title = नस्ती में रखें
put-what = डाक के पत्र चुनी हुई नस्ती के पत्राचार में अगले पृष्ठ क्रमांक पाएँगे और डाक निराकृत होगी। केवल प्रति रखने पर डाक आपकी मेज पर रहेगी।
put-search = आपकी मेज की नस्तियाँ: क्रमांक या विषय खोजें
put-new-file = नई नस्ती खोलें
put-none = आपकी मेज पर ऐसी कोई नस्ती नहीं है। नई नस्ती खोलें, या नस्ती पहले अपने पास बुलाएँ।
put-button = हस्ताक्षर करें और नस्ती में रखें
put-copy-button = केवल प्रति रखें
done-put-in-file = { $number } नस्ती { $to } में रखी गई।
done-copied = { $number } की प्रति नस्ती { $to } में रखी गई।
copies-title = प्रतियाँ भेजें
copies-what = मूल डाक आपके पास रहेगी। हर प्रति अपने क्रमांक के साथ अलग जाएगी, जिस पर मूल का उल्लेख रहेगा।
copies-chosen = चुने हुए
copies-none = नीचे से एक या अधिक पद चुनें।
copies-button = हस्ताक्षर करें और प्रतियाँ भेजें
done-copies =
    { $n ->
        [one] { $number } की { $n } प्रति भेजी गई।
       *[other] { $number } की { $n } प्रतियाँ भेजी गईं।
    }

# What waits to be diarised
tray-title = आवक ट्रे
tray-what = जो आया है और अभी दर्ज नहीं हुआ: स्कैनर और ई-मेल के फोल्डर से, या यहीं से जोड़ा हुआ।
tray-add = पत्र जोड़ें
tray-add-hint = PDF, चित्र (JPEG, PNG), सादा पाठ, ई-मेल (.eml) या मेलबॉक्स (.mbox), अधिकतम { $size }
tray-add-button = ट्रे में रखें
tray-name = पत्र
tray-since = कब आया
tray-size = आकार
tray-diarise = दर्ज करें
tray-discard = हटाएँ
tray-known = पहले से दर्ज: { $number }
tray-held = आपके अधूरे फॉर्म का पत्र
tray-empty = ट्रे खाली है। स्कैनर के फोल्डर में आया पत्र या ऊपर से जोड़ा हुआ पत्र यहाँ दिखेगा।
tray-not-taken = इन फाइलों को फोल्डर से नहीं लिया जा सका:
done-in-tray = पत्र ट्रे में रखा गया।
done-discarded = पत्र ट्रे से हटाया गया।
tray-discard-title = ट्रे से हटाएँ
tray-discard-what = यह पत्र दर्ज नहीं होगा और यहाँ से हमेशा के लिए हट जाएगा।

# The inward register
inward-title = आवक पंजी
inward-from-day = दिनांक से
inward-to-day = दिनांक तक
inward-words = प्रेषक, विषय या क्रमांक
inward-watch = निगरानी
inward-case = प्रकार
inward-standing = स्थिति
inward-any = सभी
inward-show = दिखाएँ
inward-print = मुद्रण हेतु
inward-number = आवक क्रमांक
inward-letter = पत्र क्रमांक एवं दिनांक
inward-holder = किसके पास
inward-total =
    { $n ->
        [one] { $n } प्रविष्टि
       *[other] { $n } प्रविष्टियाँ
    }
inward-empty = कोई प्रविष्टि नहीं मिली। दिनांक की अवधि बढ़ाएँ या शब्द हटाएँ।
inward-hidden = ({ $classification })
inward-copy = प्रति
inward-slip = पावती
inward-printed = मुद्रित: { $time }, { $name }
slip-title = पावती
slip-by = दर्ज करने वाले
slip-what = यह पावती कार्यालय की आवक पंजी से है। पूछताछ में आवक क्रमांक बताएँ।
standing-here = इस कार्यालय में
standing-away = बाहर
standing-closed = निराकृत
diarise-next = दर्ज करके अगली डाक

# The file
file-holder = किसके पास:
file-holder-you = आपके पास
file-legacy = पुराना क्र.
file-due = समय-सीमा { $date }
file-updated = इस नस्ती में नई प्रविष्टि आई है।
views-label = कौन सा भाग देखना है
view-both = दोनों
view-notes = केवल टीप
view-papers = केवल पत्राचार
notes-title = नोटशीट
notes-empty = इस पर अभी कोई टीप नहीं है।
papers-title = पत्राचार
papers-empty = कोई पत्र संलग्न नहीं है। "संलग्न करें" से PDF, चित्र या पाठ जोड़ें।
papers-none = कोई पत्र संलग्न नहीं है।
papers-choose = ऊपर से पत्र चुनें।
page-note = पृ.{ $page }/टी
page-paper = पृ.{ $page }/प
pages-paper = पृ.{ $first }-{ $last }/प
paper-ref = पृ.{ $page }/प
paper-insert-ref = टीप में संदर्भ जोड़ें
paper-save = प्रति सहेजें
paper-other = यह पत्र यहाँ नहीं दिखाया जा सकता। "प्रति सहेजें" से खोलें।
ref-lost = यह पृष्ठ इस नस्ती में नहीं है
draft-title = मेरी टीप
draft-hint = कंडिका { $para } से; भेजने तक केवल आप देख सकते हैं
draft-save = सहेजें
draft-kept = सुरक्षित है; नस्ती आपकी मेज पर लौटने पर आगे लिख सकेंगे
phrases-title = मानक टीपें
act-send = भेजें
act-send-back = वापस करें
act-recall = वापस बुलाएँ
act-attach = संलग्न करें
act-park = स्थगित रखें
act-wake = मेज पर लाएँ
act-close = नस्तीबद्ध करें
act-reopen = पुनः खोलें
act-put-in-file = नस्ती में रखें
act-copies = प्रतियाँ भेजें
letter-more = पत्र के शेष विवरण
act-where = कहाँ है
autosave-idle = जो लिखेंगे, अपने आप सहेजा जाएगा
autosave-typing = लिख रहे हैं…
autosave-browser = इस कंप्यूटर पर सहेजा
autosave-node = ✓ इस कार्यालय में सहेजा { $time }
autosave-trouble = ⚠ कार्यालय के सर्वर से संपर्क नहीं, लिखते रहें, यहीं सुरक्षित है
autosave-conflict = ⚠ यही टीप दूसरे टैब या कंप्यूटर पर भी खुली है
autosave-refused = ⚠ सहेजा नहीं गया: पाठ में अदृश्य अक्षर हैं या वह बहुत लंबा है; अभी इस कंप्यूटर पर सुरक्षित है
autosave-ended = ⚠ लॉग इन समाप्त हुआ, लिखा हुआ इस कंप्यूटर पर सुरक्षित है; दूसरे टैब में लॉग इन करें
choice-conflict = यही टीप दूसरी जगह भी बदली गई है। कौन सी रखनी है?
choice-recover = इस कंप्यूटर पर टीप की ऐसी प्रति मिली है जो कार्यालय के सर्वर तक नहीं पहुँची थी। कौन सी रखनी है?
choice-here = इस कंप्यूटर पर
choice-node = इस कार्यालय में
choice-keep-here = इस कंप्यूटर वाली रखें
choice-keep-node = कार्यालय वाली रखें

# Send sheet
send-title = भेजें
send-leaves = क्या जाएगा
send-notes = नोटशीट
send-papers = पत्राचार
send-draft = आपकी टीप, जिस पर हस्ताक्षर होंगे
send-draft-hint = हस्ताक्षर के बाद यह टीप बदली नहीं जा सकेगी।
send-no-draft = आपने कोई टीप नहीं लिखी है; नस्ती बिना टीप के जाएगी।
send-to = किसे भेजें
send-change-target = बदलें
send-search = पद, नाम या कार्यालय खोजें
send-search-button = खोजें
send-own = इस कार्यालय के पद
send-others = अन्य कार्यालय
send-others-search = जिले, विभाग या पद का नाम लिखकर खोजें।
send-none = ऐसा कोई पद नहीं मिला।
send-more = और भी पद हैं; खोज में कार्यालय का नाम जोड़ें।
send-wanted = क्या अपेक्षित है
send-due = समय-सीमा
send-remarks = अभ्युक्ति
send-button = हस्ताक्षर करें और भेजें
send-will-wait = इस समय { $office } से संपर्क नहीं है। हस्ताक्षर के बाद यह यहीं प्रतीक्षा में रहेगी और संपर्क होते ही अपने आप जाएगी। तब तक आप इसे वापस ले सकते हैं।
send-needs-newer = { $office } का सॉफ्टवेयर पुराना है; वहाँ यह अभी नहीं खुल सकेगी।
wanted-action = आवश्यक कार्यवाही हेतु
wanted-orders = आदेशार्थ
wanted-approval = अनुमोदनार्थ
wanted-opinion = अभिमत हेतु
wanted-examination = परीक्षण हेतु
wanted-perusal = अवलोकनार्थ
wanted-information = सूचनार्थ

# Sheets that ask before they act
confirm-send-back-title = वापस करें
confirm-send-back-what = जिनसे प्राप्त हुई थी, उन्हीं को कारण सहित वापस जाएगी।
confirm-send-back-button = हस्ताक्षर करें और वापस करें
confirm-recall-title = वापस बुलाएँ
confirm-recall-what = यदि वहाँ किसी ने नहीं खोली है तो अपने आप लौट आएगी; खोली जा चुकी हो तो यह अनुरोध उन्हें दिखेगा।
confirm-recall-button = हस्ताक्षर करें और वापस बुलाएँ
confirm-park-title = स्थगित रखें
confirm-park-what = नियत दिनांक को अपने आप आपकी मेज पर लौट आएगी।
confirm-park-button = हस्ताक्षर करें और स्थगित रखें
confirm-close-title = नस्तीबद्ध करें
confirm-close-what = कार्यवाही पूर्ण होने पर नस्ती अभिलेख में जाएगी। आवश्यक होने पर पुनः खोली जा सकती है।
confirm-close-button = हस्ताक्षर करें और नस्तीबद्ध करें
confirm-reopen-title = पुनः खोलें
confirm-reopen-what = नस्ती अभिलेख से आपकी मेज पर आएगी।
confirm-reopen-button = हस्ताक्षर करें और पुनः खोलें
confirm-attach-title = पत्र संलग्न करें
confirm-attach-what = पत्र को पत्राचार में अगला पृष्ठ क्रमांक (/प) मिलेगा।
confirm-attach-button = हस्ताक्षर करें और संलग्न करें
retention-a = श्रेणी क: स्थायी, अभिलेखागार में प्रति सहित
retention-b = श्रेणी ख: स्थायी
retention-c10 = श्रेणी ग: 10 वर्ष
retention-c5 = श्रेणी ग: 5 वर्ष
retention-c3 = श्रेणी ग: 3 वर्ष
retention-c1 = श्रेणी ग: 1 वर्ष

# Sentences after an act
done-opened = नस्ती { $number } खोली गई।
done-diarised = डाक { $number } पर दर्ज हुई।
done-saved = टीप सहेजी गई।
done-sent = { $number } हस्ताक्षर सहित { $to } को भेजी गई।
done-queued = { $number } पर हस्ताक्षर हो गए; { $to } से संपर्क होते ही अपने आप जाएगी।
done-sent-back = { $number } वापस की गई।
done-recalled = { $number } वापस ली गई।
done-recall-asked = { $number } वापस बुलाने का अनुरोध भेजा गया।
done-parked = { $number } स्थगित रखी गई।
done-woken = { $number } मेज पर लाई गई।
done-closed = { $number } नस्तीबद्ध की गई।
done-reopened = { $number } पुनः खोली गई।
done-attached = पत्र { $page } पर संलग्न हुआ।
done-settings = सेटिंग सहेजी गई।
done-password = पासवर्ड बदल गया।

# Where is it
where-title = कहाँ है
where-now = अभी किसके पास:
where-since = { $time } से
where-history = अब तक की कार्यवाही
col-step = क्र.
col-time = समय
col-what = कार्यवाही
col-who = किसने
col-proof = प्रमाण
verify-how = बिना इंटरनेट किसी भी कंप्यूटर पर सत्यापन के लिए इस नस्ती का प्रमाण-पैकेट सहेजें और जाँचें। पूरा कार्यवाही क्रमांक:
verify-bundle = प्रमाण-पैकेट सहेजें
moved-created = नस्ती खोली
moved-diarised = डाक दर्ज की
moved-noted = टीप पर हस्ताक्षर
moved-attached = पत्र संलग्न
moved-forwarded = अग्रेषित
moved-handed-on = आदेशानुसार उत्तरवर्ती कार्यालय हेतु अग्रेषित
moved-handed-over = दूसरे कार्यालय को सौंपी
moved-received = कार्यालय में प्राप्त
moved-opened = खोलकर देखी
moved-sent-back = वापस की
moved-recall-asked = वापस बुलाने का अनुरोध
moved-recalled = वापस ली
moved-parked = स्थगित रखी
moved-woken = मेज पर लाई
moved-put-in-file = नस्ती में रखी गई
moved-closed = नस्तीबद्ध की
moved-reopened = पुनः खोली
moved-reassigned = सक्षम कार्यालय के आदेश से पुनः आवंटित
moved-unknown = नए सॉफ्टवेयर की कार्यवाही, यहाँ पढ़ी नहीं जा सकती

# Safety page
safety-title = सुरक्षा
safety-what = यहाँ केवल वही लिखा है जिसका हस्ताक्षरित प्रमाण इस कार्यालय के पास है।
safety-offices = अन्य कार्यालय
safety-no-offices = अभी किसी अन्य कार्यालय की जानकारी नहीं है।
safety-mirrors = हमारे अभिलेख की प्रतियाँ
safety-no-mirrors = हमारे अभिलेख की प्रति रखने के लिए अभी कोई कार्यालय नियत नहीं है।
safety-own = यह कार्यालय
safety-refused =
    { $n ->
        [one] अज्ञात कंप्यूटर का { $n } प्रयास अस्वीकार किया गया।
       *[other] अज्ञात कंप्यूटरों के { $n } प्रयास अस्वीकार किए गए।
    }
safety-turned-away =
    { $n ->
        [one] संपर्कों की संख्या अधिक होने से { $n } संपर्क लौटाया गया।
       *[other] संपर्कों की संख्या अधिक होने से { $n } संपर्क लौटाए गए।
    }
safety-slowed =
    { $n ->
        [one] बहुत अधिक सामग्री भेजने पर अन्य कार्यालय के सर्वर की गति { $n } बार घटाई गई।
       *[other] बहुत अधिक सामग्री भेजने पर अन्य कार्यालयों के सर्वर की गति { $n } बार घटाई गई।
    }
safety-missing = छूटी हुई सामग्री आ रही है
safety-missing-files =
    { $n ->
        [one] इस कार्यालय की { $n } नस्ती आ रही है।
       *[other] इस कार्यालय की { $n } नस्तियाँ आ रही हैं।
    }
safety-missing-acts = अन्य कार्यालयों की प्रति हेतु शेष प्रविष्टियाँ: { $acts }। कुल लगभग { $bytes }।
safety-missing-time =
    { $n ->
        [one] वर्तमान गति से लगभग { $n } मिनट लगेगा।
       *[other] वर्तमान गति से लगभग { $n } मिनट लगेंगे।
    }
safety-missing-still = अभी कुछ नहीं आ रहा है।
col-office = कार्यालय
col-contact = संपर्क
col-heard = अंतिम संपर्क
col-waiting = यहाँ से भेजना शेष
col-log = ज्ञात कार्यवाहियाँ
col-holds = कितनी प्रविष्टियाँ
col-proved-at = प्रमाण का समय
nothing-waits = कुछ नहीं
waiting-oldest = सबसे पुराना: { $age }
mirror-holds = { $all } में से { $held }
own-path = कार्यालय पथ
own-log = दर्ज कार्यवाहियाँ
own-incarnation = सर्वर क्रम
own-running = कब से चालू
own-backup = अंतिम बैकअप
own-disk = डिस्क में शेष स्थान
own-version = सॉफ्टवेयर संस्करण

# Refusals and faults
problem-title = कार्य नहीं हुआ
problem-typed = आपने जो लिखा था (चाहें तो यहाँ से कॉपी कर लें)
problem-back = वापस जाएँ
problem-code = कोड
problem-operation = सहायता माँगते समय यह क्रमांक बताएँ:
problem-not-found = यह पृष्ठ या नस्ती नहीं मिली।
problem-not-found-next = क्रमांक जाँच लें। यह भी संभव है कि नस्ती आपके पद को नहीं दिखाई जाती।
problem-not-allowed = आपके पद से यह कार्य नहीं किया जा सकता।
problem-not-allowed-next = यदि यह आपका कार्य है तो कार्यालय प्रशासक से अपने प्रभार की जाँच कराएँ।
problem-not-holder = यह नस्ती अब आपके पास नहीं है।
problem-not-holder-next = आवश्यक हो तो इसे वापस बुलाएँ, या जिनके पास है उनसे वापस करने को कहें।
problem-changed = आपके देखने के बाद इस पर कार्यवाही हो चुकी है।
problem-changed-next = पृष्ठ पुनः खोलकर नई स्थिति देखें, फिर कार्यवाही करें।
problem-bad-form = यह प्रपत्र मान्य नहीं रहा। कुछ भी दर्ज नहीं हुआ।
problem-bad-form-next = वापस जाएँ, प्रविष्टियाँ देख लें और पुनः भेजें।
problem-session-ended = आपका लॉग इन समाप्त हो गया है।
problem-session-ended-next = लॉग इन करने के बाद वहीं से आगे काम कर सकते हैं।
problem-too-large = यह बहुत बड़ा है। कुछ भी दर्ज नहीं हुआ।
problem-too-large-next = लिखा हुआ संक्षिप्त करें; पत्र को कम आकार में स्कैन करें या भागों में संलग्न करें।
problem-too-many = थोड़े समय में बहुत बार प्रयास हुआ है।
problem-too-many-next = थोड़ा रुककर वापस जाएँ और पुनः प्रयास करें।
problem-read-only = इस समय कुछ दर्ज नहीं हो सकता।
problem-read-only-next = पढ़ना जारी रख सकते हैं। ठीक होते ही लिखना और भेजना फिर चालू हो जाएगा।
problem-fault = हमारी ओर से त्रुटि हुई है।
problem-fault-next = पुनः प्रयास करें। फिर भी न हो तो नीचे का क्रमांक आईटी प्रभारी को बताएँ।

# Settings
settings-screen = भाषा और कुंजियाँ
settings-language = पृष्ठों की भाषा
settings-shortcuts = एक अक्षर वाली कुंजियाँ
settings-shortcuts-hint = कुंजी की-बोर्ड पर अपने स्थान से पहचानी जाती है, इसलिए हिन्दी टाइपिंग चालू हो तब भी चलती है।
settings-on = चालू
settings-off = बंद
settings-save = सहेजें
settings-password = पासवर्ड बदलें
settings-password-old = वर्तमान पासवर्ड
settings-password-new = नया पासवर्ड
settings-password-again = नया पासवर्ड पुनः
settings-password-hint = कम से कम { $n } अक्षर
settings-password-button = पासवर्ड बदलें
settings-password-refused = वर्तमान पासवर्ड सही नहीं है, इसलिए पासवर्ड नहीं बदला गया। कृपया पुनः भरें।
settings-password-differs = दोनों नए पासवर्ड एक समान नहीं हैं। कृपया दोनों पुनः भरें।
settings-password-short = नया पासवर्ड छोटा है। कृपया अधिक अक्षर रखें।

# Help and keys
help-welcome = मोहर में आपका स्वागत है
help-steps = चार बातें
help-desk = एक ही मेज।
help-desk-more = डाक और नस्ती, जो भी आपके पास लंबित है, एक सूची में है।
help-note = टीप पीली, फिर हरी।
help-note-more = आपकी टीप भेजने तक पीली रहती है और केवल आपको दिखती है। हस्ताक्षर होते ही हरी हो जाती है और फिर बदली नहीं जा सकती।
help-send = भेजना नहीं रुकता।
help-send-more = दूसरे कार्यालय से संपर्क न हो तब भी हस्ताक्षर करके भेजें; संपर्क होते ही अपने आप जाएगी।
help-safe = लिखा हुआ सुरक्षित रहता है।
help-safe-more = टीप अपने आप सहेजी जाती है। "कहाँ है" बताता है कि नस्ती किसके पास है और क्या प्रमाणित है।
help-marks = लंबित अवधि के चिह्न
help-age-aware = 4 से 7 कार्य दिवस
help-age-late = 8 से 15 कार्य दिवस
help-age-old = 16 कार्य दिवस या अधिक
help-unknown = प्रमाण नहीं आया है; इसे "हो गया" न समझें
help-dak = आवक शाखा के लिए
help-dak-in = "डाक दर्ज करें" में प्रेषक, विषय और प्राप्ति दिनांक पर्याप्त हैं; आवक क्रमांक उसी समय मिलता है।
help-dak-tray = स्कैनर और ई-मेल से आए पत्र "आवक ट्रे" में मिलते हैं; "दर्ज करके अगली डाक" से एक के बाद एक दर्ज करें।
help-dak-repeat = वही पत्र दोबारा आए तो पहली प्रविष्टि दिखाई जाती है; फिर भी दर्ज करना हो तो कारण लिखें।
help-dak-out = दर्ज डाक भेजें, उसकी प्रतियाँ भेजें या उसे नस्ती में रखें; किसके पास है, यह "आवक पंजी" में दिखता है।
help-keys = कुंजियाँ
help-keys-hint = जब किसी खाने में लिख रहे हों तब एक अक्षर वाली कुंजियाँ नहीं चलतीं। इन्हें "मेरी सेटिंग" में बंद किया जा सकता है।
help-go = मेज पर जाएँ
col-key = कुंजी
col-does = कार्य
keys-next = अगली / पिछली पंक्ति
keys-open = खोलें
keys-note = टीप लिखें
keys-send = भेजें
keys-send-back = वापस करें
keys-park = स्थगित रखें
keys-attach = पत्र संलग्न करें
keys-where = कहाँ है
keys-sides = केवल टीप / केवल पत्राचार / दोनों
keys-search = खोजें
keys-desk = मेज पर जाएँ
keys-sent = भेजी हुई
keys-new = नई नस्ती
keys-dak = डाक दर्ज करें / आवक ट्रे / आवक पंजी
keys-put-in-file = डाक: नस्ती में रखें
keys-copies = डाक: प्रतियाँ भेजें
keys-save = टीप तुरंत सहेजें
keys-finish = हस्ताक्षर करें (भेजने के पृष्ठ पर)
keys-help = यह पृष्ठ

typing-on = अ { $method }
typing-off = A English
typing-ready = हिन्दी टाइपिंग: F9
typing-hint = Ctrl+G या F9: हिन्दी / English। Shift+F9: की-बोर्ड का चित्र।
typing-board = की-बोर्ड का चित्र
typing-candidates = शब्द चुनें
typing-phonetic-help = हिन्दी शब्द को रोमन अक्षरों में लिखें (karyalay), फिर स्पेस दबाएँ। 1 से 5 या ↓ ↑ से दूसरा शब्द चुनें, Esc से रोमन ही रहेगा। T D N R S = ट ड ण ड़ ष, aa ii uu = आ ई ऊ, RI = ऋ, M = ं, MM = ँ, H = ः, | = ।
typing-inscript-short = इनस्क्रिप्ट
typing-gail-short = रेमिंगटन
typing-typewriter-short = टाइपराइटर
typing-phonetic-short = फोनेटिक
typing-inscript = इनस्क्रिप्ट (भारत सरकार का मानक)
typing-gail = रेमिंगटन गेल, उच्चारण के क्रम में
typing-typewriter = रेमिंगटन गेल, टाइपराइटर के क्रम में (कृतिदेव जैसा)
typing-phonetic = फोनेटिक: रोमन अक्षरों से (karyalay → कार्यालय)
typing-system = अपना की-बोर्ड, जो कंप्यूटर में स्थापित है
settings-typing = हिन्दी टाइपिंग
settings-typing-hint = यह चयन हर कंप्यूटर पर आपके साथ रहता है। खाने में Ctrl+G या F9 से हिन्दी / English बदलें।
keys-typing = हिन्दी / English टाइपिंग (खाने में)
keys-board = की-बोर्ड का चित्र
pasted-title = चिपकाया गया मूल पाठ (कृतिदेव)
pasted-question = चिपकाया गया पाठ कृतिदेव में है। यूनिकोड में बदलें?
pasted-original = मूल पाठ
pasted-converted = बदला हुआ पाठ
pasted-kept = मूल और बदला हुआ, दोनों पाठ इस नस्ती के पत्राचार में सुरक्षित रहेंगे।
pasted-fault = मूल पाठ पत्राचार में नहीं रखा जा सका, इसलिए बदला हुआ पाठ नहीं डाला गया। पुनः प्रयास करें।
pasted-long = पाठ इस खाने की सीमा से लंबा है। उसे भागों में चिपकाएँ।
pasted-take = बदला हुआ पाठ डालें
pasted-as-is = जैसा है वैसा चिपकाएँ

# Letters that go out
act-draft = प्रारूप लिखें
letter-form-title = पत्र का प्रारूप
letter-draft = प्रारूप
letter-drafts = पत्रों के प्रारूप
letter-who = किसे
letter-search-hint = पद या कार्यालय का नाम लिखकर खोजें।
letter-add-to = प्रति में
letter-add-copy = प्रतिलिपि में
letter-groups = समूह
letter-count =
    { $n ->
        [one] { $n } पद
       *[other] { $n } पद
    }
letter-other = अन्य (डाक, ई-मेल या हाथों-हाथ)
letter-other-name = नाम और पता
letter-other-way = प्रेषण का माध्यम
letter-other-email = ई-मेल
letter-kind = पत्र का प्रकार
letter-begin = नमूना भरें
letter-kind-letter = पत्र
letter-kind-demi = अर्ध शासकीय पत्र
letter-kind-memo = ज्ञापन
letter-kind-order = आदेश
letter-kind-circular = परिपत्र
letter-kind-notification = अधिसूचना
letter-kind-uo = यू.ओ. नोट
letter-drop = हटाएँ
letter-none = अभी कोई नहीं
letter-salutation = संबोधन
letter-body = पत्र
letter-closing = समापन
letter-save = प्रारूप सहेजें
letter-save-what = सहेजने पर प्रारूप आपके हस्ताक्षर से नस्ती में रखा जाता है। बदलने पर नया रूप बनता है और पुराना भी रहता है।
letter-drafted = अनुमोदन शेष
letter-approved = अनुमोदित
letter-issued = जारी
letter-forgotten = छोड़ा गया
letter-version = रूप { $n }
letter-versions = प्रारूप के रूप
letter-compare = इससे तुलना करें
letter-compared = रूप { $old } से { $new } तक के परिवर्तन
letter-edit = बदलें
letter-approve = इस रूप को अनुमोदित करें
letter-issue = जारी करें
letter-open = पत्र खोलें
letter-government = { $state } शासन
letter-number = क्रमांक
letter-uo-number = यू.ओ. क्रमांक
letter-date = दिनांक
letter-to = प्रति,
letter-subject = विषय:
letter-reference = संदर्भ:
letter-enclosures = संलग्न:
letter-endorsement = पृ. क्रमांक
letter-copies = प्रतिलिपि: सूचनार्थ एवं आवश्यक कार्यवाही हेतु
letter-signed = (इलेक्ट्रॉनिक रूप से हस्ताक्षरित)
letter-unsigned = (प्रारूप, हस्ताक्षर शेष)
letter-proved = जारी करने वाले कार्यालय के हस्ताक्षर और प्राप्तकर्ता सूची से सत्यापित।
letter-docket = पत्र क्रमांक { $what } जारी किया गया; प्रति { $page } पर है।
way-node = कार्यालय की मेज पर (सर्वर से)
issue-check = पत्र जाँचें
issue-number = क्रमांक
issue-number-what = क्रमांक हस्ताक्षर के समय अपने आप दिया जाएगा। प्रतिलिपि हो तो पृष्ठांकन का अगला क्रमांक होगा।
issue-dispatch = इन्हें भेजा जाएगा
issue-nobody = कोई प्राप्तकर्ता नहीं है; प्रारूप में प्राप्तकर्ता जोड़ें।
issue-what = हस्ताक्षर के बाद पत्र बदला नहीं जा सकेगा। जिन कार्यालयों से संपर्क नहीं है, उनके लिए पत्र प्रतीक्षा में रहेगा और संपर्क होते ही अपने आप जाएगा।
issue-sign = हस्ताक्षर करें और जारी करें
done-drafted = प्रारूप सहेजा गया।
done-approved = प्रारूप अनुमोदित हुआ।
done-issued = पत्र क्रमांक { $number } जारी हुआ।
done-dispatch = प्रेषण की स्थिति दर्ज हुई।
done-served = पत्र क्रमांक { $number } शेष कार्यालयों को भेजा गया।
moved-drafted = पत्र का प्रारूप सहेजा गया
moved-approved = पत्र का प्रारूप अनुमोदित
moved-issued = पत्र जारी
keys-letters = पत्र का प्रारूप, उसे बदलना, जावक पंजी

# The outward register
outward-title = जावक पंजी
outward-words = क्रमांक, विषय या प्राप्तकर्ता
outward-empty = कोई पत्र नहीं मिला। दिनांक की अवधि बढ़ाएँ या शब्द हटाएँ।
outward-serve = शेष कार्यालयों को भेजें
outward-say = स्थिति दर्ज करें
outward-particulars = विवरण (रसीद क्रमांक, किसने लिया, कारण)
out-returned = वापस आया
out-to-send = भेजना शेष
out-waiting = प्रतीक्षा में
out-sent = भेजा गया
out-delivered = पहुँचा
out-opened = खोला गया
# Several rows at once
many-label = चुनी हुई पंक्तियाँ:
many-all = सब
many-send = एक साथ भेजें
many-park = एक साथ स्थगित रखें
many-opened = प्राप्त दर्ज करें
many-send-sign = सब पर हस्ताक्षर करें और भेजें
many-park-sign = सब पर हस्ताक्षर करें और स्थगित रखें
many-opened-sign = सबको प्राप्त दर्ज करें
many-count = { $n } प्रकरण
many-what = हर प्रकरण पर आपके हस्ताक्षर अलग होंगे। जिस पर नहीं हो सकेगा, उसका कारण बताया जाएगा; शेष नहीं रुकेंगे।
many-ticked = चुने हुए प्रकरण
many-ticked-status = चुने हुए: @
many-done-count = { $n ->
    [one] 1 प्रकरण पर कार्यवाही हुई।
   *[other] { $n } प्रकरणों पर कार्यवाही हुई।
 }
many-refused-count = { $n ->
    [one] 1 प्रकरण पर नहीं हुई; कारण नीचे देखें।
   *[other] { $n } प्रकरणों पर नहीं हुई; कारण नीचे देखें।
 }
many-not-done = नहीं हुआ
many-sent = भेजा गया
many-parked = स्थगित रखा गया
many-was-opened = प्राप्त दर्ज
col-outcome = परिणाम
col-tick = चुनें
row-tick = { $number } चुनें
row-reminders = { $n ->
    [one] 1 स्मरण
   *[other] { $n } स्मरण
 }
preview-hint = झलक
tour-done = समझ गया, आगे न दिखाएँ
tour-again = पहली बार वाले चार कार्ड फिर देखें

# Sending on
send-recent = हाल में जिन्हें भेजा
send-near = वरिष्ठ और अधीनस्थ कार्यालय
send-again = यह प्रकरण इस पद के पास पहले जा चुका है और उसके बाद कोई टीप या पत्र नहीं जुड़ा है। भेजने से पहले टीप में लिखें कि दोबारा क्यों भेजा जा रहा है।
send-long-way = इस पद को मिलाकर यह प्रकरण { $n } पदों से गुज़र चुका होगा; नियमावली के अनुसार चार स्तर पर्याप्त हैं।
send-skipped = बीच के पद, जिन्होंने इसे नहीं देखा है: सूचनार्थ प्रति
send-skipped-hint = चुने हुए पदों को आपकी टीप की प्रति डाक में सूचनार्थ मिलेगी; नस्ती सीधे जाएगी।
done-informed = { $n ->
    [one] 1 पद को सूचनार्थ प्रति भेजी गई।
   *[other] { $n } पदों को सूचनार्थ प्रति भेजी गई।
 }
done-not-informed = सूचनार्थ प्रतियाँ नहीं जा सकीं: { $why }
draft-sign = हस्ताक्षर कर यहीं रखें
draft-send-back = हस्ताक्षर कर वापस करें
done-signed = टीप पर हस्ताक्षर हुए; प्रकरण आपके पास है।

# Follow-up
waiting-title = अनुवर्तन
waiting-what = जो आपके पद से गया और अभी पूरा नहीं हुआ: किसके पास है और कब से। सबसे पुराना ऊपर।
waiting-empty = आपका भेजा हुआ कुछ भी दूसरों के पास लंबित नहीं है। भेजी हुई नस्ती या डाक यहाँ तब तक दिखेगी जब तक वह पूरी न हो जाए।
col-with = किसके पास
col-reminded = स्मरण
act-remind = स्मरण कराएँ
reminder-from = स्मरण:
reminder-on-its-way = मार्ग में
moved-reminded = स्मरण कराया
done-reminded = { $number } के लिए स्मरण भेजा गया।
confirm-remind-title = स्मरण कराएँ
confirm-remind-what = जिनके पास यह है, उन्हें स्मरण मेज पर और प्रकरण के ऊपर दिखेगा, दूसरे कार्यालय में भी। नस्ती कहीं नहीं जाती।
confirm-remind-button = हस्ताक्षर करें और स्मरण कराएँ

# Posts and officers
people-title = पद और अधिकारी
people-what = यहाँ का हर परिवर्तन आपके हस्ताक्षर से इस कार्यालय की पंजी में दर्ज होता है; बाहर से किसी अनुमति की आवश्यकता नहीं है। जो काम किसी पद पर है, वह पद पर ही रहता है।
people-posts = पद
people-post = पद
people-holders = प्रभार में
people-admin = प्रशासक
people-admin-post = इस पद का धारक कार्यालय प्रशासक होगा
people-end = प्रभार समाप्त
people-end-label = प्रभार समाप्त: { $officer }, { $post }
people-officers = अधिकारी-कर्मचारी
people-officer = अधिकारी
people-charges = प्रभार
people-no-charge = कोई प्रभार नहीं
people-retire = सब प्रभार समाप्त
people-retire-label = सब प्रभार समाप्त: { $officer } (सेवानिवृत्ति, स्थानांतरण, निलंबन)
people-give = प्रभार दें
people-kind = प्रभार का प्रकार
people-give-button = हस्ताक्षर करें और प्रभार दें
people-new-officer = नया अधिकारी
people-new-officer-button = हस्ताक्षर करें और जोड़ें
people-new-post = नया पद
people-new-post-button = हस्ताक्षर करें और पद बनाएँ
people-name-hi = नाम (हिन्दी)
people-name-en = नाम (अंग्रेज़ी)
people-login = लॉग इन नाम
people-password = पहला पासवर्ड
people-code = पद का कोड
people-code-hint = छोटे अंग्रेज़ी अक्षर, जैसे naib_tehsildar; बाद में नहीं बदलता।
people-rank = क्रम
people-rank-hint = 1 सबसे वरिष्ठ; सूचियों का क्रम इसी से बनता है।
charge-full = नियमित
charge-additional = अतिरिक्त प्रभार
charge-link = लिंक अधिकारी
charge-assistant = निज सहायक
done-post = पद बनाया गया।
done-officer = अधिकारी जोड़ा गया; अब प्रभार दें।
done-charge-given = प्रभार दिया गया।
done-charge-ended = प्रभार समाप्त किया गया।
done-retired = सब प्रभार समाप्त किए गए।
keys-preview = झलक
keys-tick = पंक्ति चुनें
keys-many = चुनी हुई पंक्तियाँ भेजें / स्थगित रखें
keys-waiting = अनुवर्तन / पद और अधिकारी

# Handing a charge over
hand-over-title = प्रभार सौंपना
hand-over-what = इस पद पर जो लंबित है, उसकी सूची के साथ एक नस्ती खुलेगी। आप टीप पढ़कर "हस्ताक्षर कर यहीं रखें" दबाएँ; नए अधिकारी इसी पद की मेज से उसी नस्ती पर "प्रभार ग्रहण किया" लिखकर हस्ताक्षर करें। इसके बाद प्रशासक आपका प्रभार समाप्त करें।
hand-over-button = सूची सहित नस्ती खोलें
hand-over-subject = प्रभार हस्तांतरण: { $post }, { $date }
hand-over-head = पद { $post } का प्रभार दिनांक { $date } को सौंपा जा रहा है। इस पद पर:
hand-over-desk = मेज पर लंबित: { $n }
hand-over-parked = स्थगित: { $n }
hand-over-sent = भेजे हुए: { $n }
hand-over-tail = उपरोक्त सहित प्रभार सौंपा।
done-hand-over = प्रभार सूची तैयार है; पढ़कर हस्ताक्षर करें।
