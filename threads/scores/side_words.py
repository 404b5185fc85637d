"""Words by which a reply takes a side, asks or tells: lists by hand, each word or phrase in plain sight."""

from __future__ import annotations

from typing import Final

from threads.scores.text import listed

OPENINGS: Final[dict[str, str]] = {
    "opens_yes": "yes yeah yep yup yea aye right ok okay sure agreed agree exactly absolutely indeed "
    "definitely totally precisely amen ditto true correct certainly this same seconded spot_on "
    "well_said well_put of_course good_point fair_point hear_hear quite_right too_right",
    "opens_no": "no nope nah not wrong false untrue incorrect rubbish nonsense bullshit bs lies "
    "bollocks baloney never really seriously actually sorry_but um er hardly yeah_but yes_but "
    "you_are_wrong you're_wrong what_a_load oh_please come_on",
}
"""Words and phrases (their words joined by _) that speak for something at the start of a sentence."""

ANYWHERE: Final[dict[str, str]] = {
    "agree": "agree agrees agreed amen ditto seconded concur indeed well_said so_true good_point "
    "great_point fair_point excellent_point fair_enough very_true spot_on you_are_right you're_right "
    "youre_right is_right are_right absolutely_right totally_right completely_right so_right "
    "makes_sense same_here me_too no_doubt for_sure couldn't_agree could_not_agree can't_argue "
    "nailed_it bang_on hear_hear this_is_true that's_true thats_true that's_right thats_right "
    "can_confirm it_is_true it's_true i_saw i_heard just_heard good_question my_thoughts my_point "
    "this_exactly well_put glad_someone someone_said said_it as_you_say",
    "disagree": "disagree disagrees wrong false incorrect untrue nonsense rubbish bullshit bs lie lies "
    "liar liars lying debunked debunk hoax fake faked fakes photoshop photoshopped doctored staged "
    "bogus phony fabricated myth satire snopes unfounded misinformation disinformation fake_news "
    "made_up not_real isn't_real old_photo old_picture old_video urban_legend propaganda misleading "
    "misinformed mistaken inaccurate nope baloney disingenuous hardly not_true isn't_true not_really "
    "not_so you're_wrong are_wrong is_wrong how_dare shut_up stop_spreading get_your_facts that's_not "
    "thats_not that_isn't didn't_happen never_happened no_it no_they no_he no_she no_you no_that "
    "no_this no_we no_evidence no_proof doesn't_mean does_not_mean missing_the_point miss_the_point "
    "beg_to_differ on_the_contrary i_doubt don't_think do_not_think don't_believe nothing_to_do "
    "not_what not_how",
    "negation": "no not never none nothing nobody nowhere neither nor cannot cant dont doesnt didnt "
    "isnt arent wasnt werent wont wouldnt shouldnt couldnt aint hasnt havent hadnt can't don't doesn't "
    "didn't isn't aren't wasn't weren't won't wouldn't shouldn't couldn't ain't hasn't haven't hadn't "
    "mustn't needn't without hardly barely",
    "praise": "great good excellent brilliant wonderful superb fantastic amazing awesome love loved "
    "glad pleased happy delighted proud welcome support supports bravo congratulations congrats kudos "
    "hooray hurrah finally thank thanks grateful best beautiful sensible wise hope well_done good_news "
    "good_idea great_idea great_news about_time at_last thank_you looking_forward can't_wait in_favour "
    "in_favor long_overdue i_like build_it bring_it_on worth_it worth_every",
    "blame": "disgrace disgraceful shame shameful ashamed waste wasted wasting disaster scandal "
    "corrupt corruption greed greedy incompetent incompetence farce joke appalling awful terrible "
    "horrible disgusting outrage outrageous failure failed fails ruin ruined ruins destroy destroyed "
    "useless worthless pointless mistake madness insane crazy oppose opposed reject resign ridiculous "
    "absurd pathetic hate ugly garbage crap worst bad stupid nonsense rubbish vanity betrayal robbery "
    "shambles monstrosity folly against shame_on fed_up sick_of enough_of no_thanks white_elephant "
    "how_dare who_asked nobody_asked",
    "insult": "idiot idiots idiotic moron morons moronic dumb stupid fool fools pathetic loser losers "
    "scum clown clowns ignorant hypocrite hypocrites coward cowards troll delusional brainwashed sheep "
    "asshole bitch bastard",
    "profanity": "fuck fucking fucked fucker shit shitty damn ass asshole bitch bastard hell crap wtf arse",
    "contrast": "but however though although yet except instead rather whereas actually even_if "
    "even_though in_fact on_the_other on_the_contrary",
    "doubt": "doubt doubtful supposedly allegedly apparently unlikely dubious skeptical sceptical "
    "suspicious questionable unconfirmed really i_doubt not_sure are_you_sure are_you_serious so_you "
    "yeah_right sure_they oh_please if_true",
    "sarcasm": "oh wow genius sure_thing yeah_right oh_yes oh_great because_of_course good_luck "
    "how_convenient thanks_for_nothing",
    "request": "source sources proof evidence link citation confirm_this any_evidence any_proof "
    "any_source is_this_true is_that_true is_it_true is_this_real is_that_real is_it_real this_real "
    "for_real really_true legit verified confirmation any_news any_word any_update can_anyone "
    "can_someone anyone_else how_come how_did how_is what_do what_does what_did who_said says_who "
    "why_do why_did why_would do_you_have can_you did_you have_you what_about where_did how_do who_is "
    "what_is why_is does_anyone anyone_know what_do_you",
    "question_word": "who what when where why how which whose whom",
    "evidence": "report reports reported confirmed confirms official according statement video photo "
    "evidence proof study article facts data statistics according_to",
    "i": "i me my mine myself i'm i've i'll i'd",
    "we": "we us our ours we're we've",
    "you": "you your yours yourself yourselves u ur you're youre you've you'll you'd",
    "they": "he she they him her them his their he's she's they're",
    "laughter": "lol lmao rofl haha hahaha hahahaha hehe lolol lmfao",
    "duty": "should must ought needs have_to has_to need_to shouldn't mustn't ought_to",
    "sympathy": "rip pray prayers praying condolences thoughts sad tragic tragedy heartbreaking safe "
    "bless god sorry",
    "hedge": "think guess believe seems seem feel probably maybe perhaps might could imho imo possibly",
    "instruction": "stop try look read learn check google listen wake imagine tell go get wait show "
    "prove name explain let's please",
}
"""Words and phrases that speak for something wherever they stand; a phrase may be in several groups."""

OPENERS: Final = listed("and but well oh so i lol ha haha ah that very")
"""Words that may stand before an opening."""

STOP_WORDS: Final = listed(
    "the a an and or of to in on at for from by with as is are was were be been being it its this that "
    "these those i you he she we they me him her us them my your his our their not no do does did have "
    "has had will would can could should so if but then than there here what who how why when where "
    "which just also about into up out over all any some more most very too only own same such url user "
    "rt via"
)
"""Words that a text and its parent share by chance."""
