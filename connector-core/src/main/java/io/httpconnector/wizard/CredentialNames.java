package io.httpconnector.wizard;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides by its name whether a field carries a credential. A name is read word by word, in camel case, snake case or kebab case,
 * and its last word decides, as in English: {@code secret_key} is a key and {@code secret_type} a type. Immutable.
 */
final class CredentialNames {

    private static final int MAX_LENGTH = 200;

    /** A capital letter that begins a word: {@code accessKey}, {@code AWSAccessKeyId}. */
    private static final Pattern CAMEL = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{Nd}]+");

    /** {@code user[password]}: each of the names counts. */
    private static final Pattern BRACKETS = Pattern.compile("[\\[\\]]+");

    /** What is a credential, whatever stands before it. */
    private static final Set<String> CREDENTIALS = words(
            "password passwords passwd passwort passphrase passcode pwd psw pw"
                    + " secret secrets token credential credentials creds authorization jwt bearer hmac sig signature otp totp cvv cvc"
                    + " cookie csrf xsrf assertion passkey mnemonic connstr hapikey csrfmiddlewaretoken samlresponse jsessionid phpsessid sessid");

    /** A credential as text, or as texts in an array: {@code pass} may be a count, and {@code auth} an object with a type and a user. */
    private static final Set<String> CREDENTIALS_AS_TEXT = words("pass auth authentication signatures");

    /** A credential together with the texts below it; a number is a count. */
    private static final Set<String> COUNTABLE = words("tokens cookies");

    /** What makes a key a secret. Other keys are public, or names of records. */
    private static final Set<String> KEYS = words(
            "access account admin aes api app application auth authentication authorization client consumer developer encryption"
                    + " function functions hmac license licence master merchant partner private rsa sas secret security server service"
                    + " session shared signing subscription token webhook write");

    /** What makes a code one that proves who somebody is: recovery codes, and those that are sent or shown for one login. */
    private static final Set<String> CODES = words(
            "2fa access auth authentication authenticator authorization backup device"
                    + " emergency factor login mfa otp passcode recovery scratch security sms time totp twofactor verification");

    /** What makes a key one that everybody may see. */
    private static final Set<String> PUBLIC = words("public publishable");

    /** Words behind a credential that leave it one: {@code password_confirmation}, {@code secretString}. */
    private static final Set<String> ENDINGS =
            words("again backup base base64 binary confirm confirmation current dev encrypted"
                    + " hash hashed hex live new old plain plaintext primary prod production raw repeat sandbox secondary staging string"
                    + " temp temporary test text value");

    /** Verbs in front of a credential that say what is done with it: {@code hide_secret}, {@code requiresPassword}. */
    private static final Set<String> VERBS =
            words("allow allowed disable disabled enable enabled forgot has hide ignore include is"
                    + " mask need needs no require required requires show skip supports");

    /** Tokens that say where the next page begins, and e-mail signatures. */
    private static final Set<String> MARKERS = words(
            "change continuation continue cursor delta end next nextpage page pagination paging position prev previous"
                    + " resume scroll skip start sync watermark");

    private static final Set<String> LETTERS = words("email footer html mail message post");

    /** What is counted or passed at a gate, and no secret. */
    private static final Set<String> TICKETS = words("boarding bus day event guest ski season train visitor");

    /** The words of which names in lower case consist: {@code clientsecret}, {@code xapikey}. */
    private static final Set<String> VOCABULARY =
            new HashSet<>(words("bot db device hub id jira my oauth refresh root smtp user x"
                    + " access security bearer connection string github gitlab slack login key keys database admin"));

    static {
        VOCABULARY.addAll(CREDENTIALS);
        VOCABULARY.addAll(CREDENTIALS_AS_TEXT);
        VOCABULARY.addAll(COUNTABLE);
        VOCABULARY.addAll(KEYS);
        VOCABULARY.addAll(ENDINGS);
        VOCABULARY.remove("pw");
        VOCABULARY.remove("sig");
        VOCABULARY.remove("dev");
        VOCABULARY.remove("hex");
    }

    /** What a name says about its value, from the least to the most. */
    enum CredentialType {
        /** No credential. */
        NONE,
        /** A credential when it is four digits or more. */
        DIGITS,
        /** A credential when it is a text, or an array of texts. */
        TEXT,
        /** A credential, together with the texts below it that are no numbers. */
        TEXTS,
        /** A credential, together with the texts and numbers below it. */
        ALL
    }

    private CredentialNames() {}

    private static Set<String> words(String text) {
        return Set.of(text.split(" +", -1));
    }

    /** Whether a field of this name carries a credential when its value is a text. */
    static boolean isCredential(String name) {
        return kind(name) != CredentialType.NONE;
    }

    /** What a name says about its value. */
    static CredentialType kind(String name) {
        if (name.length() > MAX_LENGTH) {
            return CredentialType.NONE;
        }
        CredentialType kind = CredentialType.NONE;
        for (String segment : BRACKETS.split(name, -1)) {
            CredentialType one = ofWords(words(segment, false));
            if (one == CredentialType.NONE) {
                one = ofWords(words(segment, true));
            }
            kind = one.compareTo(kind) > 0 ? one : kind;
        }
        return kind;
    }

    /** The words in lower case; those that are written together are taken apart. */
    private static List<String> words(String name, boolean ignoringCase) {
        List<String> words = new ArrayList<>();
        String divided = ignoringCase ? name : CAMEL.matcher(name).replaceAll("_");
        for (String word : SEPARATORS.split(divided.toLowerCase(Locale.ROOT), -1)) {
            String letters = word.equals("base64") ? word : word.replaceFirst("\\p{Nd}+$", "");
            if (!letters.isEmpty()) {
                takeApart(letters, words);
            }
        }
        return words;
    }

    private static void takeApart(String word, List<String> words) {
        if (CREDENTIALS.contains(word) || word.length() > 40) {
            words.add(word);
            return;
        }
        // The longest words first: for each position, the word that begins the rest, or nothing.
        String[] first = new String[word.length() + 1];
        first[word.length()] = "";
        for (int i = word.length() - 1; i >= 0; i--) {
            for (int end = word.length(); end > i && first[i] == null; end--) {
                if (first[end] != null && VOCABULARY.contains(word.substring(i, end))) {
                    first[i] = word.substring(i, end);
                }
            }
        }
        if (first[0] == null) {
            words.add(word);
            return;
        }
        for (int i = 0; i < word.length(); i += first[i].length()) {
            words.add(first[i]);
        }
    }

    private static CredentialType ofWords(List<String> words) {
        int last = words.size() - 1;
        while (last > 0 && ENDINGS.contains(words.get(last))) {
            last--;
        }
        if (last < 0 || words.subList(0, last).stream().anyMatch(VERBS::contains)) {
            return CredentialType.NONE;
        }
        String word = words.get(last);
        String before = last == 0 ? "" : words.get(last - 1);
        if (isKey(words, word, before, last) || isConnectionString(words)) {
            return CredentialType.ALL;
        }
        boolean isHarmless = (word.startsWith("token") && MARKERS.contains(before))
                || (word.startsWith("signature") && LETTERS.contains(before))
                || (word.equals("pass") && TICKETS.contains(before));
        if (isHarmless) {
            return CredentialType.NONE;
        }
        if (CREDENTIALS.contains(word)) {
            return CredentialType.ALL;
        }
        if (COUNTABLE.contains(word)) {
            return CredentialType.TEXTS;
        }
        boolean isPin = word.equals("pin") || (word.equals("code") && before.equals("pin"));
        return CREDENTIALS_AS_TEXT.contains(word)
                ? CredentialType.TEXT
                : isPin ? CredentialType.DIGITS : CredentialType.NONE;
    }

    /** A secret key, or what is as good as one. */
    private static boolean isKey(List<String> words, String word, String before, int last) {
        return switch (word) {
            case "key", "keys" -> KEYS.contains(before) && words.stream().noneMatch(PUBLIC::contains);
            // The id of a session is all that it takes to have it; the id of an access key is half of the credential.
            case "id" ->
                before.equals("session")
                        || (before.equals("key")
                                && last > 1
                                && words.get(last - 2).equals("access"));
            case "verifier" -> before.equals("code");
            case "code", "codes" -> CODES.contains(before);
            case "answer", "answers" -> before.equals("security") || before.equals("secret");
            case "phrase" -> before.equals("seed") || before.equals("recovery") || before.equals("pass");
            default -> false;
        };
    }

    private static boolean isConnectionString(List<String> words) {
        for (int i = 1; i < words.size(); i++) {
            boolean isString = words.get(i).equals("string") || words.get(i).equals("str");
            if (isString
                    && (words.get(i - 1).equals("connection")
                            || words.get(i - 1).equals("conn"))) {
                return true;
            }
        }
        return false;
    }
}
