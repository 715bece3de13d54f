package io.httpconnector.wizard;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Classifies field names by whether their values are credentials. A name is split into words (camel case, snake case or kebab
 * case), and its last word decides, as in English: {@code secret_key} is a key and {@code secret_type} a type. Immutable.
 */
final class CredentialNames {

    private static final int MAX_LENGTH = 200;

    /** A capital letter that begins a word: {@code accessKey}, {@code AWSAccessKeyId}. */
    private static final Pattern CAMEL = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{Nd}]+");

    /** Separators of nested names, each of which is classified: {@code user[password]}. */
    private static final Pattern BRACKETS = Pattern.compile("[\\[\\]]+");

    /** Words for a credential, whatever precedes them. */
    private static final Set<String> CREDENTIAL_WORDS =
            words("password passwords passwd passwort passphrase passcode pwd psw pw"
                    + " secret secrets token credential credentials creds authorization jwt bearer hmac sig"
                    + " signature otp totp cvv cvc"
                    + " cookie csrf xsrf assertion passkey mnemonic connstr hapikey csrfmiddlewaretoken"
                    + " samlresponse jsessionid phpsessid sessid");

    /**
     * Words for a credential if the value is text or an array of texts: {@code pass} may be a count, and {@code auth} an
     * object with a type and a user.
     */
    private static final Set<String> TEXT_CREDENTIAL_WORDS = words("pass auth authentication signatures");

    /** Words for a credential that includes the texts nested below it; a number is a count. */
    private static final Set<String> COUNTABLE_WORDS = words("tokens cookies");

    /** Words before "key" that make it a secret. Other keys are public, or identify records. */
    private static final Set<String> SECRET_KEY_PREFIXES =
            words("access account admin aes api app application auth authentication authorization client consumer"
                    + " developer encryption"
                    + " function functions hmac license licence master merchant partner private rsa sas secret"
                    + " security server service"
                    + " session shared signing subscription token webhook write");

    /** Words before "code" that make it a proof of identity: recovery codes, and codes sent or shown for one login. */
    private static final Set<String> SECRET_CODE_PREFIXES =
            words("2fa access auth authentication authenticator authorization backup device"
                    + " emergency factor login mfa otp passcode recovery scratch security sms totp"
                    + " twofactor verification");

    /** Words that make a key public. */
    private static final Set<String> PUBLIC_KEY_PREFIXES = words("public publishable");

    /** Words after a credential that do not change its meaning: {@code password_confirmation}, {@code secretString}. */
    private static final Set<String> NEUTRAL_SUFFIXES =
            words("again backup base base64 binary confirm confirmation current dev encrypted"
                    + " hash hashed hex live new old plain plaintext primary prod production raw repeat sandbox"
                    + " secondary staging string"
                    + " temp temporary test text value");

    /** Words before a credential, which make the name a setting: {@code hide_secret}, {@code max_password_age}. */
    private static final Set<String> VERBS =
            words("allow allowed disable disabled enable enabled forgot has hide ignore include is"
                    + " mask max maximum min minimum need needs no require required requires show skip supports");

    /** Words for a property of a credential that is no part of it: {@code {"token": {"type": "bearer"}}}. */
    private static final Set<String> DESCRIPTIVE_WORDS =
            words("algorithm alg at date datetime expires expiration expiry format kind"
                    + " scheme status time timestamp ttl type");

    /** Words before "token" that make it a pagination token. */
    private static final Set<String> PAGE_TOKEN_PREFIXES = words(
            "change continuation continue cursor delta end next nextpage page pagination paging position prev previous"
                    + " resume scroll skip start sync watermark");

    private static final Set<String> EMAIL_SIGNATURE_PREFIXES = words("email footer html mail message post");

    /** Words before "bearer" that make it the payer of an amount. */
    private static final Set<String> PAYER_PREFIXES = words("charge charges cost costs fee fees expense");

    /** Words before "pass" that make it a ticket and not a secret. */
    private static final Set<String> PASS_PREFIXES = words("boarding bus day event guest ski season train visitor");

    /** The words that lower-case compound names are split into: {@code clientsecret}, {@code xapikey}. */
    private static final Set<String> VOCABULARY =
            new HashSet<>(words("bot db device hub id jira my oauth refresh root smtp user x"
                    + " access security bearer connection string github gitlab slack login key keys database admin"));

    static {
        VOCABULARY.addAll(CREDENTIAL_WORDS);
        VOCABULARY.addAll(TEXT_CREDENTIAL_WORDS);
        VOCABULARY.addAll(COUNTABLE_WORDS);
        VOCABULARY.addAll(SECRET_KEY_PREFIXES);
        VOCABULARY.addAll(NEUTRAL_SUFFIXES);
        VOCABULARY.remove("pw");
        VOCABULARY.remove("sig");
        VOCABULARY.remove("dev");
        VOCABULARY.remove("hex");
    }

    /** The implications of a name for its value, in ascending order of scope. */
    enum CredentialType {
        /** Not a credential. */
        NONE,
        /** A credential if it consists of four or more digits. */
        DIGITS,
        /** A credential if it is text or an array of texts. */
        TEXT,
        /** A credential, together with the non-numeric texts nested below it. */
        TEXTS,
        /** A credential, together with the texts and numbers nested below it. */
        ALL
    }

    private CredentialNames() {}

    private static Set<String> words(String text) {
        return Set.of(text.split(" +", -1));
    }

    /** Whether a field of this name contains a credential if its value is text. */
    static boolean isCredential(String name) {
        return typeOf(name) != CredentialType.NONE;
    }

    /** Whether a member of a credential describes it, and is no part of it. */
    static boolean isDescription(String name) {
        List<String> words = name.length() > MAX_LENGTH ? List.of() : words(name, false);
        return !words.isEmpty() && DESCRIPTIVE_WORDS.contains(words.get(words.size() - 1));
    }

    /** Classifies a name. */
    static CredentialType typeOf(String name) {
        if (name.length() > MAX_LENGTH) {
            return CredentialType.NONE;
        }
        CredentialType kind = CredentialType.NONE;
        for (String segment : BRACKETS.split(name, -1)) {
            CredentialType one = classify(words(segment, false));
            if (one == CredentialType.NONE) {
                one = classify(words(segment, true));
            }
            kind = one.compareTo(kind) > 0 ? one : kind;
        }
        return kind;
    }

    /** Splits a name into words in lower case, including compounds. */
    private static List<String> words(String name, boolean ignoringCase) {
        List<String> words = new ArrayList<>();
        String divided = ignoringCase ? name : CAMEL.matcher(name).replaceAll("_");
        for (String word : SEPARATORS.split(divided.toLowerCase(Locale.ROOT), -1)) {
            String letters = word.equals("base64") ? word : word.replaceFirst("\\p{Nd}+$", "");
            if (!letters.isEmpty()) {
                splitCompound(letters, words);
            }
        }
        return words;
    }

    private static void splitCompound(String word, List<String> words) {
        if (CREDENTIAL_WORDS.contains(word) || word.length() > 40) {
            words.add(word);
            return;
        }
        // Prefers the longest words: for each position, the word that begins the rest, or null.
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

    private static CredentialType classify(List<String> words) {
        int last = words.size() - 1;
        while (last > 0 && NEUTRAL_SUFFIXES.contains(words.get(last))) {
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
        boolean isHarmless = (word.startsWith("token") && PAGE_TOKEN_PREFIXES.contains(before))
                || (word.startsWith("signature") && EMAIL_SIGNATURE_PREFIXES.contains(before))
                || (word.equals("bearer") && PAYER_PREFIXES.contains(before))
                || (word.equals("pass") && PASS_PREFIXES.contains(before));
        if (isHarmless) {
            return CredentialType.NONE;
        }
        if (CREDENTIAL_WORDS.contains(word)) {
            return CredentialType.ALL;
        }
        if (COUNTABLE_WORDS.contains(word)) {
            return CredentialType.TEXTS;
        }
        boolean isPin = word.equals("pin") || (word.equals("code") && before.equals("pin"));
        return TEXT_CREDENTIAL_WORDS.contains(word)
                ? CredentialType.TEXT
                : isPin ? CredentialType.DIGITS : CredentialType.NONE;
    }

    /** Whether the words name a secret key or an equivalent. */
    private static boolean isKey(List<String> words, String word, String before, int last) {
        return switch (word) {
            case "key", "keys" ->
                SECRET_KEY_PREFIXES.contains(before) && words.stream().noneMatch(PUBLIC_KEY_PREFIXES::contains);
            // A session id alone grants access to the session; the id of an access key is one half of the credential.
            case "id" ->
                before.equals("session")
                        || (before.equals("key")
                                && last > 1
                                && words.get(last - 2).equals("access"));
            case "verifier" -> before.equals("code");
            case "code", "codes" ->
                SECRET_CODE_PREFIXES.contains(before)
                        || (before.equals("time")
                                && last > 1
                                && words.get(last - 2).equals("one"));
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
