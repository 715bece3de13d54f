package io.httpconnector.internal.transport;

import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.core5.util.VersionInfo;

/** The libraries on the class path: the application chooses their versions, or its framework does. */
public final class DependencyCheck {

    private static final Pattern MAJOR_AND_MINOR = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4}).*");

    private static volatile boolean good;

    private DependencyCheck() {}

    /** Otherwise, classes and methods would be missing, now or later. */
    public static void check() {
        if (!good) {
            check(DependencyCheck.class.getClassLoader());
            good = true;
        }
    }

    public static void check(ClassLoader loader) {
        List<String> problems = new ArrayList<>();
        check("org.apache.hc.client5", "Apache HttpClient", "5.4", loader, problems);
        check("org.apache.hc.core5", "Apache HttpCore", "5.3", loader, problems);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("class path", problems);
        }
    }

    private static void check(String pack, String library, String min, ClassLoader loader, List<String> problems) {
        VersionInfo info = VersionInfo.loadVersionInfo(pack, loader);
        String found = info == null ? "" : info.getRelease();
        if (number(found) < number(min)) {
            problems.add(library + " is " + found + ", at least " + min
                    + " is needed: with Spring Boot, set the properties httpclient5.version and httpcore5.version");
        }
    }

    /** When it can't be told, such as in one jar with everything, it is taken to be good. */
    private static int number(String version) {
        Matcher match = MAJOR_AND_MINOR.matcher(version);
        return match.matches()
                ? Integer.parseInt(match.group(1)) * 10_000 + Integer.parseInt(match.group(2))
                : Integer.MAX_VALUE;
    }
}
