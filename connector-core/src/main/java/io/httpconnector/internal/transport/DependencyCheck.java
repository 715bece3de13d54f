package io.httpconnector.internal.transport;

import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.core5.util.VersionInfo;

/** Checks the versions of the libraries on the class path, which the application or its framework chooses. */
public final class DependencyCheck {

    private static final Pattern MAJOR_AND_MINOR = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4}).*");

    private static volatile boolean good;

    private DependencyCheck() {}

    /** Fails if a library is too old. Otherwise missing classes and methods would cause errors, possibly much later. */
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

    /** Returns the number of a version. An unknown version, as in a jar that bundles all libraries, is accepted. */
    private static int number(String version) {
        Matcher match = MAJOR_AND_MINOR.matcher(version);
        return match.matches()
                ? Integer.parseInt(match.group(1)) * 10_000 + Integer.parseInt(match.group(2))
                : Integer.MAX_VALUE;
    }
}
