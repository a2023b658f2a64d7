-- The structure of the well-known sample database "employees" in our own words: its tables, columns, keys and views
-- as https://github.com/datacharmer/test_db describes them. No text and no rows of that project are copied.

CREATE TABLE departments (
  dept_no char(4) NOT NULL PRIMARY KEY,
  dept_name varchar(40) NOT NULL UNIQUE
);

CREATE TABLE employees (
  emp_no int NOT NULL PRIMARY KEY,
  birth_date date NOT NULL,
  first_name varchar(14) NOT NULL,
  last_name varchar(16) NOT NULL,
  gender enum('M', 'F') NOT NULL,
  hire_date date NOT NULL
);

CREATE TABLE dept_emp (
  emp_no int NOT NULL,
  dept_no char(4) NOT NULL,
  from_date date NOT NULL,
  to_date date NOT NULL,
  PRIMARY KEY (emp_no, dept_no),
  FOREIGN KEY (emp_no) REFERENCES employees (emp_no) ON DELETE CASCADE,
  FOREIGN KEY (dept_no) REFERENCES departments (dept_no) ON DELETE CASCADE
);

CREATE TABLE dept_manager LIKE dept_emp;
ALTER TABLE dept_manager
  ADD FOREIGN KEY (emp_no) REFERENCES employees (emp_no) ON DELETE CASCADE,
  ADD FOREIGN KEY (dept_no) REFERENCES departments (dept_no) ON DELETE CASCADE;

CREATE TABLE titles (
  emp_no int NOT NULL,
  title varchar(50) NOT NULL,
  from_date date NOT NULL,
  to_date date,
  PRIMARY KEY (emp_no, title, from_date),
  FOREIGN KEY (emp_no) REFERENCES employees (emp_no) ON DELETE CASCADE
);

CREATE TABLE salaries (
  emp_no int NOT NULL,
  salary int NOT NULL,
  from_date date NOT NULL,
  to_date date NOT NULL,
  PRIMARY KEY (emp_no, from_date),
  FOREIGN KEY (emp_no) REFERENCES employees (emp_no) ON DELETE CASCADE
);

CREATE VIEW dept_emp_latest_date AS
  SELECT emp_no, max(from_date) AS from_date, max(to_date) AS to_date FROM dept_emp GROUP BY emp_no;

CREATE VIEW current_dept_emp AS
  SELECT latest.emp_no, held.dept_no, latest.from_date, latest.to_date
  FROM dept_emp held
  JOIN dept_emp_latest_date latest
    ON latest.emp_no = held.emp_no AND latest.from_date = held.from_date AND latest.to_date = held.to_date;
